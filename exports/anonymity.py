"""A lead told so that nobody is named, nobody can be reached and no site be found by it: what typical cases are made of.

A title or a search hit may name its seller in any way, so of these only words remain that rules quoted from the page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from evidence.archive import Vault
from exports.account import Account, Reason
from exports.dossier import Dossier
from exports.masking import mask, mask_contact
from exports.packaging.pagetext import safe_text
from exports.vocabulary import word_of

GAP = "…"
_ADDRESS = re.compile(r"(?i)[a-z0-9%_~\-]*(?:\[?:\]?//|\[\.\]|\[@\]|\[at\]|@|\.[a-z]{2,})[\w\[\].:/?&=%#@~\-]*", re.A)


def nameless(account: Account, dossier: Dossier, vault: Vault) -> Account:
    """The account without names of persons and sites, addresses, contacts, and whatever leads to them."""
    hidden = dict(_names(dossier, vault))
    for contact in dossier.contacts:
        for form in {contact.value, contact.quote} - {""}:
            hidden[form] = mask_contact(form)
    known = sorted(hidden, key=len, reverse=True)

    def say(text: str) -> str:
        """The text with everything known hidden."""
        for word in known:
            text = text.replace(word, hidden[word])
        return _ADDRESS.sub("（网址略）", text)

    return replace(
        account, title=_words_only(account.title, [f.quote for f in dossier.verdict.findings]),
        reasons=tuple(_reason(r, say) for r in account.reasons), against=(), entry=tuple(say(e.partition("：“")[0]) for e in account.entry),
        checks=tuple(c.partition("（")[0] for c in account.checks), facts=(), decisions=())


def _reason(reason: Reason, say: Callable[[str], str]) -> Reason:
    return replace(reason, parts=tuple((say(text), own) for text, own in reason.parts), before="", after="", quote=say(reason.quote))


def _names(dossier: Dossier, vault: Vault) -> Iterable[tuple[str, str]]:
    """Every person's name that a label on the pages gives away, and what stands in its place."""
    texts = [safe_text(vault, capture) for capture in dossier.captures[:4]]
    texts += [f.quote for v in dossier.verdicts for f in v.findings] + [c.title for c in dossier.captures]
    for text in texts:
        for item in mask(text).items:
            name = text[item.start:item.start + len(item.shown)]
            if item.kind == "姓名" and len(name) > 1:
                yield name, name[0] + "某" * (len(name) - 1)


def _words_only(title: str, quotes: Iterable[str]) -> str:
    """Of a title, the words that rules quoted; a gap stands for all else."""
    words = sorted({w for q in quotes if (w := word_of(q))}, key=len, reverse=True)
    kept = re.findall("|".join(map(re.escape, words)), title, re.I) if words else []
    return GAP.join(dict.fromkeys(kept)) or "（略）"
