"""Reported values, lights of targets and published reports as they stand, held against what the log says of them."""

from collections.abc import Iterator
from typing import Final

from django.db import connection

from luoshi.figures.reported.flow import LINE, TEXTS
from luoshi.kernel.ledger.audit import Bad

MOST: Final = 10
"""Faults of a kind that are named."""
_TEXTS: Final = ", ".join(f"(r.{name}, said.body->>'{name}', '{name}')" for name in TEXTS)
# of a vintage that waits or stands: the last event that names it
_REPORTED: Final = f"""
SELECT r.subject, r.figure || ' ' || r.period || ' ' || r.vintage, pair.field, coalesce(pair.kept, ''), coalesce(pair.should, '')
FROM reported_value r LEFT JOIN LATERAL (
  SELECT e.verb, e.body FROM event e WHERE e.subject = r.subject AND e.body->>'vintage' = r.vintage::text
  ORDER BY e.recorded_at DESC, e.id DESC LIMIT 1) said ON true
CROSS JOIN LATERAL (VALUES
  (r.state, CASE said.verb WHEN 'propose' THEN 'proposed' WHEN 'approve' THEN 'approved' ELSE said.verb END, 'state'),
  (trim_scale(r.value)::text, trim_scale((said.body->>'value')::numeric)::text, 'value'), (r.release, said.body->>'status', 'release'),
  (r.figure, said.body->>'figure', 'figure'), (r.period, said.body->>'period', 'period'),
  (r.member, coalesce(said.body->>'member', ''), 'member'), {_TEXTS}) pair (kept, should, field)
WHERE r.state IN ('proposed', 'approved') AND coalesce(pair.kept, '') <> coalesce(pair.should, '') ORDER BY r.id LIMIT {MOST}
"""
_LIGHTS: Final = f"""
SELECT t.subject, t.figure || ' ' || t.year, pair.field, pair.kept, pair.should
FROM target_light t
LEFT JOIN LATERAL (SELECT e.body->>'light' AS light FROM event e WHERE e.subject = t.subject AND e.verb = 'cross'
  ORDER BY e.recorded_at DESC, e.id DESC LIMIT 1) crossed ON true
LEFT JOIN LATERAL (SELECT e.verb, e.body FROM event e WHERE e.subject = t.subject AND e.verb IN ('set_light', 'lift_light')
  ORDER BY e.recorded_at DESC, e.id DESC LIMIT 1) placed ON true
CROSS JOIN LATERAL (VALUES
  (t.state, coalesce(crossed.light, 'g'), 'light'),
  (t.instead, CASE placed.verb WHEN 'set_light' THEN placed.body->>'light' ELSE '' END, 'instead')) pair (kept, should, field)
WHERE pair.kept IS DISTINCT FROM pair.should ORDER BY t.id LIMIT {MOST}
"""
_REPORTS: Final = f"""
SELECT r.log_id, r.report || ' ' || r.period, pair.field, pair.kept, coalesce(pair.should, '')
FROM report r LEFT JOIN LATERAL (
  SELECT e.body FROM event e WHERE e.subject = r.log_id ORDER BY e.recorded_at, e.id LIMIT 1) said ON true
CROSS JOIN LATERAL (VALUES (r.numbers, said.body->>'numbers', 'numbers'), (r.size::text, said.body->>'size', 'size'),
  (r.declarations, said.body->>'declarations', 'declarations')) pair (kept, should, field)
WHERE pair.kept IS DISTINCT FROM pair.should ORDER BY r.id LIMIT {MOST}
"""


def faults() -> Iterator[Bad]:
    """Rows that say something else than their events, the first of each kind."""
    for query in (_REPORTED, _LIGHTS, _REPORTS):
        with connection.cursor() as cursor:
            cursor.execute(query)
            for subject, name, field, kept, should in cursor.fetchall():
                detail = f"{name}: {field} is {kept}, its events say {should}"
                yield Bad("row", None, None, LINE, str(subject), detail)
