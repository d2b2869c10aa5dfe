"""The independent verifier: it finds an honest log whole, and names the row of the first lie in any other."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from app.audit.actions import HASHED, record
from app.audit.canonical import event_hash, leaf_body, plain
from app.audit.checkpoint import Checkpoint, Signer, note
from app.audit.models import AuditEvent
from app.audit.tree import Tree, grow, leaf_hash
from app.base.db import transaction
from tests.transparency.conftest import REGION, Log
from verify import nongjiao_verify as tool

OPENS = datetime(2026, 11, 23, 1, tzinfo=UTC)
RULES = {
    "start_fen": 1000, "step_fen": 100, "cap_fen": None, "step_rule": "MULTIPLE", "allow_self_outbid": False,
    "priority": "NONE", "free_seconds": 600, "prep_seconds": 0, "timed_seconds": 120, "extension": "RESET",
}  # fmt: skip


class Here(tool.Online):
    """The public API, asked without a socket."""

    def __init__(self, log: Log, save: Path | None = None) -> None:
        super().__init__("http://testserver", save)
        self.log = log

    def raw(self, path: str, **params: Any) -> bytes:
        answer = self.log.client.get(f"/api/v1/log/{path}", params=params)
        assert answer.status_code == 200, answer.text
        content: bytes = answer.content
        return content


def keys(log: Log) -> list[tool.Key]:
    return [tool.Key.parse(s.verifier().vkey()) for s in log.keeper.signers]


def verify(
    log: Log, *, since: str | None = None, receipts: tuple[str, ...] = (), database: Engine | None = None
) -> Any:
    verifier, here = tool.Verifier(keys(log)), Here(log)
    old = [("since", since)] if since else []
    head = tool.check(here, verifier, old, [(f"receipt {i}", r) for i, r in enumerate(receipts)])
    tool.check_server(here, verifier, head)
    if database is not None:
        url = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
        tool.check_database(url, verifier, head)
    return verifier.report.n


def play(log: Log, lot: str = "lot/7", *, price: int = 1300, winner: str = "B2", verdict: str = "LEADING") -> None:
    """An auction in leaves; the arguments are its lies."""

    def heard(seconds: int, plate: str, fen: int, said: str, seq: int, end: int) -> None:
        log.act(
            lot, "bid.hear", plate=plate, amount_fen=fen, verdict=said, bid_seq=seq, rank=None, confirm_fen=None,
            expected_seq=None, at=OPENS + timedelta(seconds=seconds), end_at=OPENS + timedelta(seconds=end),
        )  # fmt: skip

    log.act(lot, "lot.schedule", opens_at=OPENS, rules=RULES)
    heard(5, "A1", 1000, "LEADING", 1, 600)
    heard(9, "B2", 1050, "STEP_TOO_SMALL", 1, 600)
    heard(650, "B2", 1200, verdict, 2 if verdict == "LEADING" else 1, 770)
    heard(660, "C3", 1200, "STEP_TOO_SMALL", 2, 770)
    heard(700, "C3", 1250, "STEP_TOO_SMALL", 2, 770)
    heard(769, "A1", 1200 + 100, "LEADING", 3, 889)
    heard(900, "B2", 1400, "ENDED", 3, 889)
    log.act(lot, "lot.close", winner=winner, price_fen=price, bid_seq=3)


def test_an_honest_log_is_found_whole_and_counted(log: Log, database: Engine) -> None:
    for n in range(30):
        log.act(f"lot/{n % 4}", n=n, name="村集体")
    first = log.keep()
    play(log, winner="A1")
    held = log.act("contract/1", amount_fen=5)
    log.keep()
    receipt = json.dumps(log.get(f"events/{held}/receipt"))
    n = verify(log, since=first, receipts=(receipt,), database=database)
    assert n["记录（叶）"] == n["与库中对照的行"] == 40
    assert (n["重算的报价"], n["重算的竞价场次"], n["回执"], n["事项链"]) == (7, 1, 1, 6)
    assert n["哈希砖"] == 1
    assert n["尚待编入的事件"] == 0


@pytest.mark.parametrize(
    ("lie", "found"),
    [
        ({"price": 1200, "winner": "A1"}, "成交记录为 A1 1200"),
        ({"winner": "B2"}, "成交记录为 B2"),
        ({"winner": "A1", "verdict": "STEP_TOO_SMALL"}, "记录为 STEP_TOO_SMALL，按规则应为 LEADING"),
        ({"winner": "A1", "verdict": "ENDED"}, "记录为 ENDED，按规则应为 LEADING"),
    ],
)
def test_an_auction_that_was_decided_against_its_rules_is_found(log: Log, lie: dict[str, Any], found: str) -> None:
    play(log, **lie)
    log.keep()
    with pytest.raises(tool.Lie, match=found) as lying:
        verify(log)
    assert "lot/7" in lying.value.row


def crime(*statements: str) -> Callable[[], None]:
    """What a superuser can do: triggers off, then anything."""

    def commit() -> None:
        with transaction() as tx:
            for table in ("audit_event", "log_leaf", "log_tile", "log_head", "log_cosignature"):
                tx.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
            for statement in statements:
                tx.execute(text(statement))

    return commit


@pytest.mark.parametrize(
    ("statement", "row"),
    [
        ("UPDATE audit_event SET facts = '{\"n\": 999}' WHERE id = 4", "audit_event 4"),
        ("UPDATE audit_event SET at = at + interval '1 microsecond' WHERE id = 5", "audit_event 5"),
        ("UPDATE audit_event SET account_id = 12 WHERE id = 1", "audit_event 1"),
        ("UPDATE audit_event SET hash = sha256('x') WHERE id = 6", "audit_event 6"),
        ("UPDATE audit_event SET prev_hash = sha256('x') WHERE id = 5", "audit_event 5"),
        ("DELETE FROM audit_event WHERE id = 3", "audit_event 3"),
        ("UPDATE log_leaf SET body = body || ' ' WHERE index = 2", "leaf 2"),
        ("UPDATE log_leaf SET leaf_hash = sha256('x') WHERE index = 2", "leaf 2"),
        ("UPDATE log_leaf SET event_id = 999 WHERE index = 2", "leaf 2"),
        ("DELETE FROM log_leaf WHERE index = 2", "leaf"),
        ("UPDATE log_tile SET hashes = set_byte(hashes, 70, get_byte(hashes, 70) # 1) WHERE level = 0", "tile 0/0"),
        ("UPDATE log_head SET note = replace(note, 'test.example', 'best.example')", "checkpoint"),
        ("UPDATE log_head SET root = sha256('x')", "log_head"),
    ],
)
def test_any_edit_by_a_superuser_is_found_and_its_row_named(
    log: Log, database: Engine, statement: str, row: str
) -> None:
    with transaction() as tx:
        for n in range(300):
            record(tx, None, "test.act", f"lot/{n % 3}", region=REGION, n=n)
    log.keep()
    verify(log, database=database)
    crime(statement)()
    with pytest.raises(tool.Lie) as lying:
        verify(log, database=database)
    assert row in lying.value.row


def rewrite_everything(log: Log, victim: int) -> None:
    """The administrator who does it properly: edits the row, the chain, every leaf, every tile, and signs anew."""
    crime("DELETE FROM log_cosignature", "DELETE FROM log_head", "DELETE FROM log_tile", "DELETE FROM log_leaf")()
    with transaction() as tx:
        tx.execute(text("UPDATE audit_event SET facts = '{\"n\": 424242}' WHERE id = :id"), {"id": victim})
    with transaction() as tx:
        last: dict[str, bytes] = {}
        for event in tx.scalars(text("SELECT id FROM audit_event ORDER BY id")):
            row = tx.get(AuditEvent, event)
            assert row is not None
            row.prev_hash = last.get(row.subject)
            row.hash = event_hash(plain({name: getattr(row, name) for name in HASHED}), row.prev_hash)
            last[row.subject] = row.hash
    log.keep()


def test_an_administrator_who_rewrites_everything_and_signs_anew_is_caught_by_old_heads_and_receipts(
    log: Log, database: Engine
) -> None:
    ids = [log.act(f"lot/{n % 3}", n=n) for n in range(12)]
    held = log.keep()
    receipt = json.dumps(log.get(f"events/{ids[4]}/receipt"))
    innocent = json.dumps(log.get(f"events/{ids[1]}/receipt"))
    rewrite_everything(log, ids[4])
    verify(log, database=database)  # in itself the forgery is perfect
    for evidence in ({"since": held}, {"receipts": (receipt,)}, {"receipts": (innocent,)}):
        with pytest.raises(tool.Lie, match="历史被改写"):
            verify(log, **evidence)


def test_a_truncated_log_is_caught(log: Log) -> None:
    for n in range(5):
        log.act(n=n)
    held = log.keep()
    crime("DELETE FROM log_head", "DELETE FROM log_leaf WHERE index > 2", "DELETE FROM audit_event WHERE seq > 3")()
    log.keep()
    verify(log)
    with pytest.raises(tool.Lie, match="被截去"):
        verify(log, since=held)


def test_a_quorum_of_witnesses_is_counted_from_the_head_alone(witnessed: Log) -> None:
    witnessed.act()
    witnessed.keep()
    policy = witnessed.get("policy")
    before = tool.read_note(witnessed.get("checkpoint"), "checkpoint")
    assert tool.quorum(policy, before) == (False, [])
    assert witnessed.keeper.submit() == 1
    head = tool.check(Here(witnessed), tool.Verifier(keys(witnessed)), [], [])
    assert tool.quorum(policy, head) == (True, ["w1"])
    assert tool.quorum("quorum none", before) == (True, [])


def test_another_log_under_another_key_is_not_believed(log: Log) -> None:
    log.act()
    log.keep()
    stranger = [tool.Key.parse(Signer.load_or_make("test.example/log", log.folder / "other.pem").verifier().vkey())]
    with pytest.raises(tool.Lie, match="所信任"):
        tool.check(Here(log), tool.Verifier(stranger), [], [])


# ---------------------------------------------------------------- exports, bent in every byte

SIGNER = Signer("test.example/log", Ed25519PrivateKey.from_private_bytes(b"\x05" * 32))


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[tool.Key], dict[str, bytes]]:
    """A small log written without a database: six leaves of two chains."""
    last: dict[str, bytes] = {}
    seqs: dict[str, int] = {}
    bodies = []
    for n in range(6):
        subject = f"right/{n % 2}"
        seqs[subject] = seqs.get(subject, 0) + 1
        event = dict.fromkeys(HASHED, None) | {
            "at": "2026-11-23T01:00:00.000000Z", "act": "right.register", "subject": subject, "seq": seqs[subject],
            "region_code": "411002", "facts": {"n": n}, "findings": [], "rule_ids": [],
        }  # fmt: skip
        chain = event_hash(event, last.get(subject))
        bodies.append(leaf_body(n + 1, event, last.get(subject), chain))
        last[subject] = chain
    hashes = [leaf_hash(b) for b in bodies]
    tiles = {(t.level, t.index): t.hashes for t in grow(lambda *_: b"", 0, hashes)}
    tree = Tree(6, lambda level, index, width: tiles[level, index][: 32 * width])
    body = Checkpoint("test.example/log", 6, tree.root()).text()
    signed = note(body, [SIGNER.line(body)])
    receipt = {
        "version": 1, "event_id": 3, "body": bodies[2].decode(), "chain_hash": json.loads(bodies[2])["hash"],
        "leaf_hash": hashes[2].hex(), "leaf_index": 2, "size": 6, "proof": [p.hex() for p in tree.inclusion(2)],
        "checkpoint": signed, "keys": [],
    }  # fmt: skip
    lines = [
        json.dumps({"index": i, "event_id": i + 1, "leaf_hash": hashes[i].hex(), "body": b.decode()})
        for i, b in enumerate(bodies)
    ]
    files = {
        "checkpoint": signed.encode(),
        "leaves.jsonl": "".join(line + "\n" for line in lines).encode(),
        "receipts/1.json": json.dumps({k: v for k, v in receipt.items() if k not in {"keys", "version"}}).encode(),
    }
    return [tool.Key.parse(SIGNER.verifier().vkey())], files


def put(folder: Path, files: dict[str, bytes]) -> None:
    (folder / "receipts").mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


def test_an_export_verifies_from_the_command_line(
    export: tuple[list[tool.Key], dict[str, bytes]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(tmp_path, export[1])
    said = SIGNER.verifier().vkey()
    assert tool.main(["--export", str(tmp_path), "--key", said]) == 0
    assert "6 条记录，全部相符" in capsys.readouterr().out
    assert tool.main(["--receipt", str(tmp_path / "receipts/1.json"), "--key", said]) == 0
    assert tool.main(["--export", str(tmp_path)]) == 2
    (tmp_path / "leaves.jsonl").write_bytes(export[1]["leaves.jsonl"].replace(b'{\\"n\\":3}', b'{\\"n\\":4}'))
    assert tool.main(["--export", str(tmp_path), "--key", said]) == 1
    assert "不符！leaf 3" in capsys.readouterr().out


@given(data=st.data())
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_flipping_any_bit_of_a_leaf_a_head_or_a_receipt_is_found(
    export: tuple[list[tool.Key], dict[str, bytes]], tmp_path: Path, data: st.DataObject
) -> None:
    trusted, files = export
    name = data.draw(st.sampled_from(sorted(files)))
    at, bit = data.draw(st.integers(0, len(files[name]) - 1)), data.draw(st.integers(0, 7))
    bent = bytearray(files[name])
    bent[at] ^= 1 << bit
    if same_meaning(name, bytes(bent), files[name]):
        return
    put(tmp_path, files | {name: bytes(bent)})
    verifier = tool.Verifier(trusted)
    with pytest.raises((tool.Lie, UnicodeDecodeError)):
        tool.check(
            tool.Export(tmp_path), verifier, [], [("receipt", (tmp_path / "receipts/1.json").read_text("utf-8"))]
        )


def same_meaning(name: str, bent: bytes, good: bytes) -> bool:
    """White space between the values of a JSON line, say: no byte of a leaf, proof or head has changed."""
    if name == "checkpoint":
        return False
    try:
        return [json.loads(x) for x in bent.splitlines() if x.strip()] == [json.loads(x) for x in good.splitlines()]
    except ValueError:
        return False


def test_the_verifier_shares_no_code_with_the_server() -> None:
    source = Path(tool.__file__).read_text("utf-8")
    assert "import app" not in source
    assert "from app" not in source


def test_receipts_alone_are_proven_from_the_command_line_without_reading_the_log(
    log: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []

    class Counting(Here):
        def __init__(self, _url: str, save: Path | None = None) -> None:
            super().__init__(log, save)

        def raw(self, path: str, **params: Any) -> bytes:
            asked.append(path)
            return super().raw(path, **params)

    monkeypatch.setattr(tool, "Online", Counting)
    held = log.act(n=1)
    early, vkey = log.get(f"events/{held}/receipt"), log.keeper.signers[0].verifier().vkey()
    assert early["checkpoint"] is None
    path = tmp_path / "receipt.json"
    path.write_text(json.dumps(early))
    command = ["--receipt", str(path), "--key", vkey, "--url", "http://testserver", "--receipts-only"]
    assert tool.main(command) == 1
    assert "尚无证明" in capsys.readouterr().out
    log.keep()
    assert tool.main(command) == 0
    assert "回执成立：在 test.example/log 的前 1 条记录之内" in capsys.readouterr().out
    path.write_text(json.dumps(early | {"body": early["body"].replace('"n":1', '"n":2')}))
    assert tool.main(command) == 1
    assert "历史被改写" in capsys.readouterr().out
    assert set(asked) == {f"events/{held}/receipt"}


@pytest.mark.parametrize(
    ("good", "bent"),
    [
        ('{"domain"', '{ "domain"'),
        ('"event_id":1,', '"event_id":01,'),
        ('"version":1}', '"version":1} '),
        ('"version":1}', '"version":2}'),
        ('"version":1}', '"version":1,"x":1}'),
        ('"n":0', '"n": 0'),
        ('"n":0', '"n":0.0'),
        ('"n":0', '"n":0,"n":0'),
        ('"n":0', '"n":0,"m":0'),
        ('"right/0"', '"right\\u002f0"'),
        ('"seq":1', '"seq":true'),
        ('"subject":"right/0"', '"subject":["right/0"]'),
        ('"verdict":null', '"verdicts":null'),
    ],
)
def test_a_leaf_in_any_but_the_one_canonical_form_is_refused_though_its_hash_fits(
    export: tuple[list[tool.Key], dict[str, bytes]], good: str, bent: str
) -> None:
    first = json.loads(export[1]["leaves.jsonl"].splitlines()[0])
    assert first["body"].count(good) == 1
    body = first["body"].replace(good, bent).encode()
    with pytest.raises(tool.Lie, match=r"leaf 0: (无法读取|不是)"):
        tool.Verifier([]).leaf(tool.Leaf(0, 1, leaf_hash(body).hex(), body))


def test_saving_gives_an_export_that_verifies_again(log: Log, tmp_path: Path) -> None:
    for n in range(3):
        log.act(n=n)
    log.keep()
    saved = tmp_path / "saved"
    here = Here(log, saved)
    here.vkeys()
    tool.check(here, tool.Verifier(keys(log)), [], [])
    assert tool.check(tool.Export(saved), tool.Verifier(keys(log)), [], []).size == 3
