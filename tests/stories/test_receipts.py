"""What a bidder, a village and the parties to a contract take home: receipts that outlive anybody's second thoughts."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from app.audit import sequencer
from app.base.db import transaction
from app.demo.player import Json
from app.settings import Settings
from app.transparency import actions
from app.transparency.keeper import Keeper
from tests.stories.stage import Stage
from verify import nongjiao_verify as tool


class Near(tool.Online):
    """The public API of the stage, asked without a socket."""

    def __init__(self, stage: Stage) -> None:
        super().__init__("http://testserver")
        self.stage = stage

    def json(self, path: str, **params: Any) -> Any:
        return self.stage.get(None, f"/log/{path}", **params)


def keep(folder: Path) -> tuple[str, list[tool.Key]]:
    """Every event gets its leaf and a head over all is signed, whoever of the keepers does it; the note and its keys."""
    keeper = Keeper(Settings(data_dir=folder, demo=True))
    while True:
        with transaction() as tx:
            sequencer.sequence(tx)
            if sequencer.lag(tx).n_waiting:
                continue
        with transaction() as tx:
            head = actions.publish(tx, keeper.signers, at_most_every=_NONE, at_least_every=_NONE)
            if head is not None:
                return head.note, [tool.Key.parse(s.verifier().vkey()) for s in keeper.signers]


_NONE = timedelta(0)


def test_answers_carry_receipts_and_an_edited_row_of_any_kind_is_named(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: dict[str, Json] = {}
    post = stage.client.post

    def listening(login: str | None, path: str, *args: Any, **more: Any) -> Any:
        answer = post(login, path, *args, **more)
        heard[path.rpartition("/")[2]] = answer
        return answer

    monkeypatch.setattr(stage.client, "post", listening)
    lot = stage.walk(until="L90")
    url = stage_url(stage)
    note, keys = keep(tmp_path)

    for verb, act in (("submit", "lot.submit"), ("bids", "bid.hear"), ("sign", "contract.sign")):
        path = tmp_path / f"{verb}.json"
        path.write_text(json.dumps(heard[verb]))
        [(row, early)] = tool.receipts_in(path)
        assert json.loads(json.loads(early)["body"])["event"]["act"] == act
        verifier = tool.Verifier(keys)
        assert verifier.receipt(row, early) is None
        assert verifier.receipt(row, tool.complete(Near(stage), row, early)) is not None
        body = json.loads(early)["body"]
        forged = json.dumps(json.loads(early) | {"body": body.replace("2026", "2027")})
        with pytest.raises(tool.Lie, match="链哈希"):
            verifier.receipt(row, forged)
        with pytest.raises(tool.Lie, match="历史被改写"):
            tool.complete(Near(stage), row, forged)

    shown = stage.get(None, f"/log/lots/{lot['id']}/result")
    assert shown["act"] == "lot.confirm"
    assert shown["head"]["size"] > shown["leaf_index"]

    head, verifier = tool.trusted(note, keys, "checkpoint"), tool.Verifier(keys)
    verifier.early = {json.loads(early)["event_id"]: (row, json.loads(early)["leaf_hash"])}
    for leaf in Near(stage).leaves(head.size):
        verifier.leaf(leaf)
    assert verifier.report.n["回执"] == 1
    tool.check_database(url, verifier, head)
    assert verifier.report.n["与日志对照的报价行"] == 3
    assert verifier.report.n["与日志对照的业务行"] > 5

    with psycopg.connect(url, autocommit=True) as superuser:
        superuser.execute("SET session_replication_role = replica")
        for table, change, back in (
            ("bid", "amount_fen = amount_fen + 1", "amount_fen = amount_fen - 1"),
            ("bid", "plate = reverse(plate)", "plate = reverse(plate)"),
            ("award", "price_fen = price_fen + 1", "price_fen = price_fen - 1"),
            ("contract", "content_hash = sha256(content_hash)", ""),
            ("deposit", "amount_fen = amount_fen * 2", "amount_fen = amount_fen / 2"),
            ("money_order", "amount_fen = amount_fen + 1", "amount_fen = amount_fen - 1"),
        ):
            one = f"UPDATE {table} SET {{}} WHERE id = (SELECT min(id) FROM {table})"
            kept = superuser.execute("SELECT content_hash FROM contract ORDER BY id LIMIT 1").fetchone()
            superuser.execute(one.format(change))
            with pytest.raises(tool.Lie) as lying:
                tool.check_database(url, verifier, head)
            assert lying.value.row.startswith(table)
            if back:
                superuser.execute(one.format(back))
            elif kept:
                superuser.execute(one.format("content_hash = %s"), kept)
        superuser.execute("DELETE FROM bid WHERE id = (SELECT max(id) FROM bid)")
        with pytest.raises(tool.Lie, match="库中没有这一行"):
            tool.check_database(url, verifier, head)


def stage_url(stage: Stage) -> str:
    """The database that the stage is bound to, as psycopg reads it."""
    http: Any = stage.client._http
    return make_url(http.app.state.settings.database_url).set(drivername="postgresql").render_as_string(False)
