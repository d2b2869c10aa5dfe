"""Operators' verbs. Each that writes calls an action inside one transaction, in the name of a person."""

import secrets
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Annotated, NoReturn

import typer
import uvicorn
from pydantic import ValidationError
from sqlalchemy import create_engine, pool, text

from app.audit.checkpoint import COSIGNATURE, BadNote, Signer, Verifier
from app.base import schema, sealing
from app.base.db import connect, transaction
from app.base.embedded import EmbeddedPostgres, NoPostgresError
from app.base.errors import Problem
from app.bidding.actions.check import check_all, snapshot
from app.demo.stage import raise_curtain
from app.furnish import furnish
from app.handbook import PAGES
from app.identity import actions as identity
from app.identity.schemas import AccountIn
from app.settings import Settings
from app.transparency import actions as log_actions
from app.transparency import queries as transparency
from app.transparency.witness import Witness
from app.transparency.witness import server as serve_witness
from app.web.problems import path_of, say

OLDEST_POSTGRES = 15

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

Demo = Annotated[bool | None, typer.Option("--demo/--no-demo", help="是否允许演示账号登录；缺省看环境变量 DEMO")]


def fail(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(1)


@contextmanager
def database(settings: Settings) -> Iterator[Settings]:
    """The settings with a database that answers: the one they name, or an embedded server while the block lasts."""
    if settings.database_url:
        yield settings
        return
    typer.echo(f"启动内置 PostgreSQL（仅供开发与演示），数据目录 {settings.data_dir.resolve()}")
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)  # keys and personal data: its owner's alone
    try:
        server = EmbeddedPostgres(settings.data_dir / "postgres").start()
    except NoPostgresError as e:
        fail(str(e))
    try:
        yield settings.model_copy(update={"database_url": server.database("nongjiao")})
    finally:
        server.stop()


def leave_cleanly() -> None:
    """Lets a signal unwind the stack, so that every block ends what it began; to be asked to stop is no failure."""

    def leave(_signal: int, _frame: object) -> NoReturn:
        raise SystemExit(0)

    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, leave)


def claim(host: str, port: int) -> None:
    """Fails in plain words where somebody else listens already, before anything slow is begun."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as e:
            fail(f"不能监听 {host}:{port}（{e}）。请用 PORT 指定另一个端口，例如：PORT=8001 sh scripts/run")


@cli.command()
def serve(*, demo: Demo = None) -> None:
    """启动：数据库、升级库结构、网页服务。Ctrl-C 全部停止。"""
    leave_cleanly()
    given = Settings()
    if demo is not None:
        given.demo = demo
    claim(given.host, given.port)
    with database(given) as settings:
        typer.echo("升级库结构")
        schema.upgrade(settings.database_url)
        settings.demo = furnish(settings)
        settings.hand_down()
        if settings.demo:
            typer.echo("这是演示环境：将通过公开接口重演若干真实交易，人物与单位均为虚构")
            raise_curtain(f"http://{settings.host}:{settings.port}", typer.echo)
        typer.echo(f"\n农交已启动： http://{settings.host}:{settings.port}")
        typer.echo(f"接口文档：   http://{settings.host}:{settings.port}/docs\n按 Ctrl-C 停止。\n")
        uvicorn.run(
            "app.main:served",
            factory=True,
            host=settings.host,
            port=settings.port,
            workers=settings.workers,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=5,
        )


@cli.command()
def migrate() -> None:
    """把库结构升级到最新。"""
    with database(Settings()) as settings:
        schema.upgrade(settings.database_url)
    typer.echo("库结构已是最新")


@cli.command()
def handbook() -> None:
    """由代码生成 docs/ 中的生命周期、法律规则目录与词汇表。"""
    for name, page in PAGES.items():
        (schema.ROOT / "docs" / name).write_text(page(), "utf-8")
        typer.echo(f"docs/{name}")


@cli.command()
def doctor() -> None:
    """检查数据库：版本、字符集、库结构。有不能运行之处时以非零退出。"""
    given = Settings()
    with database(given) as settings:
        engine = create_engine(settings.database_url, poolclass=pool.NullPool)
        with engine.connect() as connection:
            version, number, encoding, ctype = connection.execute(
                text("""
                    SELECT current_setting('server_version'), current_setting('server_version_num')::int,
                           pg_encoding_to_char(encoding), datctype
                    FROM pg_database WHERE datname = current_database()
                """)
            ).one()
        engine.dispose()
        current = schema.is_current(settings.database_url)
    typer.echo(f"PostgreSQL {version}，编码 {encoding}，LC_CTYPE {ctype}")
    if not given.database_url:
        typer.echo("提示：内置数据库的小版本落后于官方补丁，只供开发与演示；正式运行请设置 DATABASE_URL。")
    faults = [
        said
        for wrong, said in (
            (number < OLDEST_POSTGRES * 10_000, f"需要 PostgreSQL {OLDEST_POSTGRES} 或更高版本"),
            (encoding != "UTF8", "数据库编码应为 UTF8"),
            (ctype in {"C", "POSIX"}, "LC_CTYPE 为 C：中文不能检索。请以 C.UTF-8 重建数据库"),
            (not current, "库结构不是最新：请运行 python -m app.cli migrate"),
        )
        if wrong
    ]
    if faults:
        fail("\n".join(faults))
    typer.echo("一切正常")


@cli.command()
def witness(
    name: Annotated[str, typer.Option(help="见证方名称，如 witness.example.gov.cn/w1；一经公布不再更改")],
    log_key: Annotated[list[str], typer.Option(help="所见证日志的公钥（vkey，可多次给出），须由平台之外的途径取得")],
    folder: Annotated[Path, typer.Option(help="私钥与已见树头的目录")] = Path("witness"),
    host: str = "127.0.0.1",
    port: int = 8100,
) -> None:
    """运行一个见证方（C2SP tlog-witness）：只为接续已见历史的树头签名。不需要数据库；应由监管部门在平台之外的机器上运行。"""
    leave_cleanly()
    try:
        trusts = [Verifier.parse(key) for key in log_key]
        signer = Signer.load_or_make(name, folder / "key.pem")
    except (BadNote, ValueError) as e:
        fail(f"密钥不可用：{e}")
    claim(host, port)
    seen = Witness(signer, trusts, folder / "seen.json")
    typer.echo(f"见证方公钥（写入平台的策略文件）： {signer.verifier(COSIGNATURE).vkey()}")
    typer.echo(f"已见 {seen.size} 条；监听 http://{host}:{port}")
    with serve_witness(seen, host, port) as http:
        http.serve_forever()


@cli.command()
def retire_key(
    vkey: Annotated[str, typer.Argument(help="要停用的日志公钥（vkey）")],
    days: Annotated[int, typer.Option(min=0, max=366, help="再用多少天；其间新旧两把同时签名")] = 7,
) -> None:
    """停用一把日志签名密钥：先把新密钥放入密钥目录，使两把重叠一段时间。已签的树头继续有效。"""
    with database(Settings()) as settings:
        engine = connect(settings.database_url, pool_size=1)
        try:
            with transaction() as tx:
                ends = tx.wall_clock() + timedelta(days=days)
                public = Verifier.parse(vkey).public
                if not transparency.other_keys(tx, public, ends):
                    fail("没有另一把届时有效的密钥：请先把新密钥放入密钥目录并等平台用它签出树头")
                log_actions.retire_key(tx, None, public, ends, region="411000")
        except BadNote as e:
            fail(f"不是公钥：{e}")
        except Problem as e:
            fail(e.detail)
        finally:
            engine.dispose()
    typer.echo(f"该密钥将于 {ends:%Y-%m-%d %H:%M} UTC 停用")


@cli.command()
def invariants() -> None:
    """逐场核对全部竞价：序号、价格、时间、竞得、资金与日志是否一致。有矛盾时以非零退出。"""
    with database(Settings()) as settings:
        engine = connect(settings.database_url, pool_size=1)
        with transaction() as tx:
            snapshot(tx)
            found = check_all(tx)
        engine.dispose()
    if found:
        fail("\n".join(f"场次{session} {f.law}：{f.said}" for session, said in found.items() for f in said))
    typer.echo("全部竞价记录一致")


@cli.command()
def bootstrap(
    login: Annotated[str, typer.Option(prompt="登录名", help="小写字母、数字、点、横线")],
    name: Annotated[str, typer.Option(prompt="姓名")],
    id_number: Annotated[str, typer.Option(prompt="公民身份号码", help="加密存储，不再显示")],
    *,
    generate: Annotated[bool, typer.Option("--generate", help="由平台生成一次性密码，不再询问")] = False,
) -> None:
    """开立第一个系统运维账号。密码只用一次：首次登录后须先修改。已有运维账号时拒绝。"""
    typed = (
        "" if generate else typer.prompt("一次性密码（至少12位，留空则生成）", "", hide_input=True, show_default=False)
    )
    password = typed or secrets.token_urlsafe(12)
    try:
        asked = AccountIn(login=login, password=password, name=name, id_number=id_number)
    except ValidationError as e:
        fail("\n".join(f"{path_of(x['loc'])}：{say(x)}" for x in e.errors(include_input=False)))
    with database(Settings()) as settings:
        engine = connect(settings.database_url, pool_size=1)
        sealing.use_key(settings.sealing_key())
        hashed = identity.hash_password(asked.password)
        try:
            with transaction() as tx:
                identity.bootstrap(
                    tx, login=asked.login, name=asked.name, id_number=asked.id_number, password_hash=hashed
                )
        except Problem as e:
            fail(e.detail)
        finally:
            engine.dispose()
    typer.echo(f"已开立系统运维账号 {asked.login}")
    if not typed:
        typer.echo(f"一次性密码（只显示这一次）：{password}")


if __name__ == "__main__":
    cli()
