"""顺延：who is asked next when a winner falls away, at his own price, and never below the floor (procedure 1.4, §9 ⑧)."""

from collections.abc import Collection, Sequence


def of_offers(offers: Sequence[tuple[str, int]], *, rising: bool = True) -> list[tuple[str, int]]:
    """The best accepted offer of each plate, the best plate first; who offered the same earlier stands before."""
    best: dict[str, int] = {}
    for plate, fen in offers:
        better = plate not in best or (fen > best[plate] if rising else fen < best[plate])
        if better:
            best[plate] = fen
    return sorted(best.items(), key=lambda item: -item[1] if rising else item[1])


def following(
    ranked: Sequence[tuple[str, int]], fallen: Collection[str], *, limit_fen: int, announced: bool, rising: bool = True
) -> tuple[str, int] | None:
    """The next candidate and his price, or None: nobody is left, he is past the limit, or the notice has no passing on."""
    left = [candidate for candidate in ranked if candidate[0] not in fallen]
    if not announced or not left:
        return None
    _, fen = left[0]
    within = fen >= limit_fen if rising else fen <= limit_fen
    return left[0] if within else None
