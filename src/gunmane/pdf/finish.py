"""Turns drawn pages into a finished document: structure tree, metadata, attachment, fixed identity."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone

import pikepdf
from msgspec import Struct
from pikepdf import Array, Dictionary, Name, Pdf, String

from gunmane.pdf.tags import LinkMark, Mark, Node

JST = timezone(timedelta(hours=9))


class Identity(Struct, frozen=True, kw_only=True):
    """Metadata of a document; everything that could differ between two runs is given."""

    title: str
    author: str
    subject: str
    keywords: str
    creator: str
    language: str  # BCP 47
    day: date


def finish(drawn: bytes, root: Node, identity: Identity, attachments: Mapping[str, tuple[bytes, str]]) -> bytes:
    """Add the structure tree, metadata and attachments (name → content, description) and return the file."""
    with Pdf.open(io.BytesIO(drawn)) as pdf:
        _Structure(pdf).add(root)
        catalog = pdf.Root
        catalog.Lang = String(identity.language)
        catalog.ViewerPreferences = Dictionary(DisplayDocTitle=True)
        catalog.PageMode = Name.UseOutlines
        _describe(pdf, identity)
        _attach(pdf, identity, attachments)
        output = io.BytesIO()
        pdf.save(
            output, deterministic_id=True, compress_streams=True, object_stream_mode=pikepdf.ObjectStreamMode.generate
        )
        return output.getvalue()


def _describe(pdf: Pdf, identity: Identity) -> None:
    moment = datetime(identity.day.year, identity.day.month, identity.day.day, tzinfo=JST)
    stamp = moment.strftime("D:%Y%m%d000000+09'00'")
    for key in list(pdf.docinfo.keys()):
        del pdf.docinfo[key]
    with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as xmp:
        xmp["dc:title"] = identity.title
        xmp["dc:creator"] = [identity.author]
        xmp["dc:description"] = identity.subject
        xmp["dc:language"] = [identity.language]
        xmp["{http://www.aiim.org/pdfua/ns/id/}part"] = "1"  # PDF/UA-1, as far as tests/pdf checks its rules
        xmp["pdf:Keywords"] = identity.keywords
        xmp["pdf:Producer"] = identity.creator
        xmp["xmp:CreatorTool"] = identity.creator
        xmp["xmp:CreateDate"] = moment.isoformat()
        xmp["xmp:ModifyDate"] = moment.isoformat()
    pdf.docinfo["/Title"] = identity.title
    pdf.docinfo["/Author"] = identity.author
    pdf.docinfo["/Subject"] = identity.subject
    pdf.docinfo["/Keywords"] = identity.keywords
    pdf.docinfo["/Creator"] = identity.creator
    pdf.docinfo["/Producer"] = identity.creator
    pdf.docinfo["/CreationDate"] = stamp
    pdf.docinfo["/ModDate"] = stamp


def _attach(pdf: Pdf, identity: Identity, attachments: Mapping[str, tuple[bytes, str]]) -> None:
    moment = datetime(identity.day.year, identity.day.month, identity.day.day, tzinfo=JST)
    stamp = moment.strftime("D:%Y%m%d000000+09'00'")
    files = Array()
    for name, (content, description) in sorted(attachments.items()):
        spec = pikepdf.AttachedFileSpec(
            pdf, content, filename=name, description=description, mime_type="application/json",
            creation_date=stamp, mod_date=stamp, relationship=Name.Data,
        )  # fmt: skip
        pdf.attachments[name] = spec
        files.append(spec.obj)
    if len(files):
        pdf.Root.AF = files


class _Structure:
    """Writes the recorded tree as PDF objects."""

    def __init__(self, pdf: Pdf) -> None:
        self.pdf = pdf
        self.pages = [page.obj for page in pdf.pages]
        self.by_mark: list[dict[int, pikepdf.Object]] = [{} for _ in self.pages]
        self.links: list[tuple[int, pikepdf.Object]] = []

    def add(self, root: Node) -> None:
        """Write the tree and its parent tree, mark every page as structured."""
        tree = self.pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
        tree.K = self._element(root, tree)
        numbers = Array()
        for index, page in enumerate(self.pages):
            page.StructParents = index
            page.Tabs = Name.S
            marks = self.by_mark[index]
            parents = Array([marks[number] for number in range(len(marks))])
            numbers.append(index)
            numbers.append(self.pdf.make_indirect(parents))
        for key, element in self.links:
            numbers.append(key)
            numbers.append(element)
        tree.ParentTree = self.pdf.make_indirect(Dictionary(Nums=numbers))
        tree.ParentTreeNextKey = len(self.pages) + len(self.links)
        self.pdf.Root.StructTreeRoot = tree
        self.pdf.Root.MarkInfo = Dictionary(Marked=True)

    def _element(self, node: Node, parent: pikepdf.Object) -> pikepdf.Object:
        element = self.pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name(f"/{node.kind}"), P=parent))
        if node.alt:
            element.Alt = String(node.alt)
        if node.box is not None:
            box = Array([round(side, 2) for side in node.box])
            element.A = Dictionary(O=Name.Layout, Placement=Name.Block, BBox=box)
        attributes = Dictionary(O=Name.Table)
        if node.scope:
            attributes.Scope = Name(f"/{node.scope}")
        if node.col_span > 1:
            attributes.ColSpan = node.col_span
        if node.row_span > 1:
            attributes.RowSpan = node.row_span
        if len(attributes) > 1:
            element.A = attributes
        kids = Array()
        for kid in node.kids:
            if isinstance(kid, Node):
                kids.append(self._element(kid, element))
            elif isinstance(kid, Mark):
                kids.append(Dictionary(Type=Name.MCR, Pg=self.pages[kid.page], MCID=kid.number))
                self.by_mark[kid.page][kid.number] = element
            else:
                kids.append(self._link(kid, element))
        element.K = kids
        return element

    def _link(self, mark: LinkMark, element: pikepdf.Object) -> pikepdf.Object:
        page = self.pages[mark.page]
        annotation = page.Annots[mark.index]
        key = len(self.pages) + len(self.links)
        annotation.StructParent = key
        self.links.append((key, element))
        return Dictionary(Type=Name.OBJR, Obj=annotation, Pg=page)
