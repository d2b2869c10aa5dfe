"""The demonstration's people at their keyboards: the public HTTP API and nothing else."""

from typing import Any

import httpx2

from app.demo.people import PASSWORD


class ActError(RuntimeError):
    """An act that the platform did not accept, with the problem it answered."""

    def __init__(self, login: str, call: str, status: int, problem: dict[str, Any]) -> None:
        super().__init__(
            f"{login} {call}: {status} {problem.get('reason') or problem.get('code')} {problem.get('detail')}"
        )
        self.status = status
        self.problem = problem


class Client:
    """Calls on behalf of demonstration accounts; signs each in when first needed, and again when a token ends."""

    def __init__(self, http: httpx2.Client, tokens: dict[str, str] | None = None) -> None:
        self._http = http
        self._tokens = dict(tokens or {})

    def token(self, login: str) -> str:
        """The account's access token. Raises ActError where signing in is refused."""
        if login not in self._tokens:
            form = {"grant_type": "password", "username": login, "password": PASSWORD}
            answer = self._http.post("/api/v1/auth/token", data=form)
            if answer.is_error:
                raise ActError(login, "sign in", answer.status_code, answer.json())
            self._tokens[login] = answer.json()["access_token"]
        return self._tokens[login]

    def call(self, login: str | None, method: str, path: str, *, key: str | None = None, **sent: Any) -> Any:
        """One call; the parsed answer. Raises ActError for any problem. `login` None is the public."""
        for attempt in (1, 2):
            headers = {"Authorization": f"Bearer {self.token(login)}"} if login else {}
            if key:
                headers["Idempotency-Key"] = key
            answer = self._http.request(method, f"/api/v1{path}", headers=headers, **sent)
            if answer.status_code == httpx2.codes.UNAUTHORIZED and login and attempt == 1:
                self._tokens.pop(login, None)
                continue
            break
        if answer.is_error:
            raise ActError(login or "public", f"{method} {path}", answer.status_code, answer.json())
        return answer.json() if answer.content else None

    def get(self, login: str | None, path: str, **params: Any) -> Any:
        return self.call(login, "GET", path, params=params)

    def post(self, login: str | None, path: str, body: Any = None, *, key: str | None = None) -> Any:
        return self.call(login, "POST", path, key=key, json={} if body is None else body)

    def everything(self, login: str, path: str, **params: Any) -> list[Any]:
        """All pages of a list."""
        items: list[Any] = []
        cursor = None
        while True:
            page = self.get(login, path, limit=100, **params, **({"cursor": cursor} if cursor else {}))
            items += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return items
