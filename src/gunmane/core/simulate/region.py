"""Who is in the region and what each owner gets; one batch of assets with its life, from a seed alone."""

from typing import NamedTuple

import numpy as np
from msgspec.structs import replace

from gunmane.core.inventory import check_digit
from gunmane.core.simulate.parameters import OwnerParameters, Parameters
from gunmane.core.simulate.place import Roads, roads
from gunmane.core.simulate.stock import LINES, Batch, Stock, stock
from gunmane.core.simulate.visits import Fate, fate
from gunmane.core.words import AssetClass, OwnerKind


class Member(NamedTuple):
    """One owner of the simulated region; `effect` is its true effect on the log hazard of everything it owns."""

    position: int
    code: str
    parameters: OwnerParameters
    effect: float
    counts: dict[AssetClass, int]


def members(parameters: Parameters, owners: int, assets: int, seed: int) -> list[Member]:
    """Return `owners` members that together own `assets`; profiles repeat with spare names beyond their number.

    A class that no member takes goes to the first one. Effects have mean 0 over owners in expectation only.
    """
    people = max(1.0, assets / parameters.profile_assets)
    profiles = [_peopled(_profile(parameters, position), people) for position in range(owners)]
    orphans = {kind.code for kind in parameters.classes} - {code for profile in profiles for code in profile.takes}
    profiles[0] = replace(profiles[0], takes=(*profiles[0].takes, *sorted(orphans)))
    effects = np.random.default_rng([seed, 1]).normal(0.0, parameters.owner_sd, owners)
    shares = _shares(parameters, profiles, assets)
    return [
        Member(position, _code(profile), profile, float(effects[position]), shares[position])
        for position, profile in enumerate(profiles)
    ]


def _profile(parameters: Parameters, position: int) -> OwnerParameters:
    """Return the profile of the owner at `position`; a repeated one gets a spare name, or a number after those."""
    count, spare = len(parameters.owners), parameters.spare_names
    profile = parameters.owners[position % count]
    if position < count:
        return profile
    extra = position - count
    name = spare[extra % len(spare)] + ("" if extra < len(spare) else str(extra // len(spare) + 1))
    if profile.kind is not OwnerKind.MUNICIPALITY:
        return replace(profile, name=name + profile.name.removeprefix("架空"), code=f"{profile.code}-{position}")
    return replace(profile, name=name + profile.name[-1], code=f"99{400 + extra:03d}")


def _peopled(profile: OwnerParameters, times: float) -> OwnerParameters:
    """Return a profile with so many times its people: more assets serve more of them and need more engineers."""
    return replace(
        profile,
        population=None if profile.population is None else round(profile.population * times),
        engineers={name: round(count * times) for name, count in profile.engineers.items()},
    )


def _code(profile: OwnerParameters) -> str:
    digits = profile.code.isascii() and profile.code.isdigit()
    return profile.code + check_digit(profile.code) if digits else profile.code


def _shares(parameters: Parameters, profiles: list[OwnerParameters], assets: int) -> list[dict[AssetClass, int]]:
    """Divide `assets` by class share and owner weight with largest remainders, so that the sum is exact."""
    keys: list[tuple[int, AssetClass]] = []
    exact: list[float] = []
    for kind in parameters.classes:
        takers = [i for i, profile in enumerate(profiles) if kind.code in profile.takes]
        total = sum(profiles[i].weight for i in takers)
        keys += [(i, kind.code) for i in takers]
        exact += [kind.share * profiles[i].weight / total for i in takers]
    wanted = np.array(exact) / sum(exact) * assets
    whole = np.floor(wanted).astype(np.int64)
    most = np.argsort(whole - wanted, kind="stable")[: assets - int(whole.sum())]
    whole[most] += 1
    shares: list[dict[AssetClass, int]] = [{} for _ in profiles]
    for (i, code), count in zip(keys, whole.tolist(), strict=True):
        if count:
            shares[i][code] = count
    return shares


def networks(parameters: Parameters, group: list[Member], seed: int) -> list[Roads]:
    """Return each member's roads; owners other than municipalities work on the roads of all municipalities."""
    found: dict[int, Roads] = {}
    for member in group:
        if member.parameters.kind is OwnerKind.MUNICIPALITY:
            number = _roads_needed(parameters, member, group)
            generator = np.random.default_rng([seed, 2, member.position])
            found[member.position] = roads(generator, parameters.place, member.position, number)
    if not found:
        generator = np.random.default_rng([seed, 2, 0])
        found[-1] = roads(generator, parameters.place, 0, max(_roads_needed(parameters, m, group) for m in group))
    everywhere = Roads(np.concatenate([net.vertices for net in found.values()]), parameters.place.step_m)
    return [found.get(member.position, everywhere) for member in group]


def _roads_needed(parameters: Parameters, member: Member, group: list[Member]) -> int:
    """Roads enough for the densest class of lines, and its part of those owners that work everywhere."""
    length = parameters.place.steps * parameters.place.step_m
    towns = sum(1 for other in group if other.parameters.kind is OwnerKind.MUNICIPALITY) or 1
    needed = [6.0]
    for other in group:
        part = 1 if other is member else towns
        if other is member or other.parameters.kind is not OwnerKind.MUNICIPALITY:
            needed += [other.counts.get(code, 0) / part / (length // pitch) for code, pitch in LINES.items()]
    return int(np.ceil(max(needed))) + 1


class Life(NamedTuple):
    """One batch of assets, its true life, and the generator for whatever is drawn next."""

    batch: Batch
    assets: Stock
    fate: Fate
    generator: np.random.Generator


def live(
    parameters: Parameters, member: Member, net: Roads, code: AssetClass, first: int, size: int, seed: int
) -> Life:
    """Make and live through `size` assets of one class from serial `first`; depends on nothing but its arguments."""
    order = [kind.code for kind in parameters.classes]
    kind = parameters.classes[order.index(code)]
    generator = np.random.default_rng([seed, 3, member.position, order.index(code), first])
    batch = Batch(member.parameters, member.code, kind, first, size)
    assets = stock(generator, parameters, net, batch)
    return Life(batch, assets, fate(generator, parameters, member.parameters, kind, member.effect, assets), generator)
