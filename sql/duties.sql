-- facts
-- What the duties of some assets follow from: the asset, its owner's code, what was inspected and done up to a day.
SELECT
    a.owner_id, a.asset_id, a.asset_class, a.number, a.name, a.built_year, a.built_on, a.built_precision, a.route,
    a.length_m, a.width_m, a.area_m2, a.diameter_mm, a.depth_m, a.material, a.attributes::text AS attributes,
    a.status, a.origin, o.code AS owner, w.as_of,
    (
        SELECT jsonb_agg(jsonb_build_object('inspection_id', i.inspection_id, 'inspected_on', i.inspected_on,
            'duty', i.duty, 'grade', i.grade) ORDER BY i.inspected_on, i.inspection_id)::text
        FROM inspections AS i
        WHERE i.owner_id = a.owner_id AND i.asset_id = a.asset_id AND i.inspected_on <= w.as_of
            AND NOT EXISTS (
                SELECT FROM inspections AS newer
                WHERE newer.owner_id = a.owner_id AND newer.supersedes = i.inspection_id)
    ) AS inspections,
    (
        SELECT jsonb_agg(jsonb_build_object('repair_id', r.repair_id, 'repaired_on', r.repaired_on, 'kind', r.kind)
            ORDER BY r.repaired_on, r.repair_id)::text
        FROM repairs AS r
        WHERE r.owner_id = a.owner_id AND r.asset_id = a.asset_id AND r.repaired_on <= w.as_of
    ) AS repairs
FROM unnest($1::uuid[], $2::uuid[], $3::date[]) AS w (owner_id, asset_id, as_of)
JOIN assets AS a ON a.owner_id = w.owner_id AND a.asset_id = w.asset_id
JOIN owners AS o ON o.owner_id = a.owner_id;
