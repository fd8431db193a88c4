"""History in packed blocks, samples that hang on no ledger row, the causes of holes, what changed at points."""

from alembic import op

revision = "0005"
down_revision = "0004"

_CODE = "instr(bytes.b, substr(segment.codes, {offset} + (frame.seq - segment.first_seq) * {size}, 1)) - 1"


def _code(size: int) -> str:
    """The code of ``size`` bytes, little-endian."""
    return " + ".join(f"{256**byte} * ({_CODE.format(offset=byte + 1, size=size)})" for byte in range(size))


# One arm for hot and packed frames, whose order of loops is fixed: frames are walked in the order of their key, so that
# "ORDER BY logging_time DESC LIMIT n" for a panel's inputs stops after n rows, however old the file is.
_VIEW = f"""CREATE VIEW "TRENDLOG_DATA" AS SELECT * FROM (
    SELECT frame.serial_number, layout.panel_id, point.point_id, frame.point_type, point.point_index,
           frame.logging_time,
           CAST(CASE WHEN frame.seq IS NULL THEN json_extract(frame.vals, '$[' || point.position || ']') ELSE (
               SELECT CASE
                   WHEN segment.width IS NULL
                       THEN json_extract(CAST(segment.codes AS TEXT), '$[' || (frame.seq - segment.first_seq) || ']')
                   WHEN segment.width = 0
                       THEN CASE WHEN segment.nullable = 0 THEN segment.base * 1.0 / segment.scale END
                   ELSE (SELECT CASE WHEN segment.nullable = 0 OR code > 0
                                     THEN (segment.base + segment.step * code) * 1.0 / segment.scale END
                         FROM (SELECT CASE segment.width
                             WHEN 8 THEN {_code(1)}
                             WHEN 16 THEN {_code(2)}
                             WHEN 32 THEN {_code(4)}
                             ELSE (instr(bytes.b, substr(segment.codes,
                                         1 + (frame.seq - segment.first_seq) * segment.width / 8, 1)) - 1
                                   >> (frame.seq - segment.first_seq) * segment.width % 8)
                                  & ((1 << segment.width) - 1) END AS code FROM "TRENDLOG_BYTES" AS bytes))
                   END
               FROM "TRENDLOG_SEGMENTS" AS segment
               WHERE segment.serial_number = frame.serial_number AND segment.point_type = frame.point_type
                 AND segment.position = point.position AND segment.first_seq <= frame.seq
               ORDER BY segment.first_seq DESC LIMIT 1) END AS REAL) AS value,
           point.range, point.units, layout.data_source,
           coalesce(frame.sync_interval, CASE WHEN frame.seq IS NOT NULL THEN frame.expected_spacing END,
                    (SELECT run.sync_interval FROM "SYNC_RUNS" AS run WHERE run.id = frame.run_id),
                    frame.expected_spacing, 300) AS sync_interval,
           layout.created_by
    FROM "TRENDLOG_FRAMES" AS frame
    CROSS JOIN "TRENDLOG_LAYOUTS" AS layout ON layout.id = frame.layout_id
    CROSS JOIN "TRENDLOG_LAYOUT_POINTS" AS point ON point.layout_id = frame.layout_id
) WHERE value IS NOT NULL"""  # noqa: S608 - of constants

_STATEMENTS = (
    'ALTER TABLE "TRENDLOG_LAYOUTS" ADD COLUMN data_source INTEGER NOT NULL DEFAULT 1',
    "ALTER TABLE \"TRENDLOG_LAYOUTS\" ADD COLUMN created_by TEXT NOT NULL DEFAULT 'ffi_sync_service'",
    """CREATE INDEX "SYNC_RUNS_STORED_NOTHING" ON "SYNC_RUNS" (id) WHERE outcome NOT IN ('ok', 'partial')""",
    'ALTER TABLE "TRENDLOG_FRAMES" ADD COLUMN sync_interval INTEGER',
    'ALTER TABLE "TRENDLOG_FRAMES" ADD COLUMN seq INTEGER',
    """CREATE INDEX "TRENDLOG_FRAMES_HOT" ON "TRENDLOG_FRAMES" (serial_number, point_type, logging_time, run_id, seq)
        WHERE seq IS NULL""",
    """CREATE TABLE "TRENDLOG_BLOCKS" (
        serial_number INTEGER NOT NULL,
        point_type TEXT NOT NULL,
        first_seq INTEGER NOT NULL,
        count INTEGER NOT NULL,
        layout_id INTEGER NOT NULL,
        sync_interval INTEGER NOT NULL,
        first_time INTEGER NOT NULL,
        last_time INTEGER NOT NULL,
        last_run INTEGER NOT NULL,
        base INTEGER NOT NULL,
        step INTEGER NOT NULL,
        width INTEGER NOT NULL,
        times BLOB,
        spacing_base INTEGER NOT NULL,
        spacing_step INTEGER NOT NULL,
        spacing_width INTEGER NOT NULL,
        spacings BLOB,
        PRIMARY KEY (serial_number, point_type, first_seq)
    ) WITHOUT ROWID""",
    """CREATE INDEX "TRENDLOG_BLOCKS_LAST_TIME" ON "TRENDLOG_BLOCKS"
        (serial_number, point_type, last_time, first_time)""",
    """CREATE TABLE "TRENDLOG_SEGMENTS" (
        serial_number INTEGER NOT NULL,
        point_type TEXT NOT NULL,
        position INTEGER NOT NULL,
        first_seq INTEGER NOT NULL,
        base INTEGER NOT NULL,
        step INTEGER NOT NULL,
        scale INTEGER NOT NULL,
        width INTEGER,
        nullable INTEGER NOT NULL,
        top INTEGER NOT NULL,
        total INTEGER NOT NULL,
        known INTEGER NOT NULL,
        codes BLOB,
        PRIMARY KEY (serial_number, point_type, position, first_seq)
    ) WITHOUT ROWID""",
    'CREATE TABLE "TRENDLOG_BYTES" (b BLOB NOT NULL)',
    f"INSERT INTO \"TRENDLOG_BYTES\" VALUES (x'{bytes(range(256)).hex()}')",  # noqa: S608 - of constants
    """CREATE TABLE "COVERAGE" (
        id INTEGER NOT NULL PRIMARY KEY,
        site TEXT NOT NULL,
        serial_number INTEGER,
        point_type TEXT,
        since REAL NOT NULL,
        until REAL NOT NULL,
        class TEXT NOT NULL,
        cause TEXT NOT NULL,
        reason TEXT,
        cycles INTEGER NOT NULL,
        longest_ms REAL NOT NULL
    )""",
    'CREATE INDEX "COVERAGE_UNTIL" ON "COVERAGE" (until)',
    """CREATE TABLE "SYNC_EVENTS" (
        id INTEGER NOT NULL PRIMARY KEY,
        at REAL NOT NULL,
        site TEXT NOT NULL,
        kind TEXT NOT NULL,
        detail TEXT NOT NULL
    )""",
    'CREATE INDEX "SYNC_EVENTS_AT" ON "SYNC_EVENTS" (at)',
    """CREATE TABLE "POINT_CHANGES" (
        serial_number INTEGER NOT NULL,
        point_type TEXT NOT NULL,
        point_index INTEGER NOT NULL,
        at INTEGER NOT NULL,
        what TEXT NOT NULL,
        old TEXT,
        new TEXT,
        PRIMARY KEY (serial_number, point_type, point_index, at, what)
    ) WITHOUT ROWID""",
    """CREATE TABLE "TRENDLOG_DAYS" (
        serial_number INTEGER NOT NULL,
        point_type TEXT NOT NULL,
        point_index INTEGER NOT NULL,
        day_start INTEGER NOT NULL,
        day_end INTEGER NOT NULL,
        units TEXT NOT NULL,
        range INTEGER NOT NULL,
        digital_analog INTEGER NOT NULL,
        label TEXT NOT NULL,
        minimum REAL NOT NULL,
        maximum REAL NOT NULL,
        mean REAL,
        known_s REAL NOT NULL,
        runtime_s REAL,
        increase REAL,
        counted_at INTEGER,
        counted_to REAL,
        PRIMARY KEY (serial_number, point_type, point_index, day_start, units, range)
    ) WITHOUT ROWID""",
    'DROP VIEW "TRENDLOG_DATA"',
    _VIEW,
)


def upgrade() -> None:
    """Adds what is new, which rewrites no row; frames are packed, and what they lack is filled in, by the upkeep."""
    for statement in _STATEMENTS:
        op.get_bind().exec_driver_sql(statement)
