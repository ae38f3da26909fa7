"""Signs of selling: what many spellings of one habit have in common. Rules count different signs that stand together.

A `sign` is what a lawful school would not say of a certificate (nobody need come, no exam, pay when it shows);
a `hint` is said by schools as well and tells only beside signs (days, price, photographs, post).
"""

from __future__ import annotations

from collections.abc import Iterable

from classifiers.features import family
from classifiers.reading import Hit, Reading

_SIGNS: dict[str, tuple[str, tuple[str, ...]]] = {
    "sign.no_exam": ("不经考试", ("promise.no_exam", "odd.no_exam")),
    "sign.absent": ("人不用来、不用学", ("offer.absent", "odd.absent")),
    "sign.proxy": ("别人替学替考", ("promise.proxy", "odd.proxy")),
    "sign.pay_after": ("见了证才付钱", ("promise.pay_after", "odd.pay_after")),
    "sign.direct": ("交了资料就给证、把证当货卖", ("promise.direct", "odd.stock")),
    "sign.backdoor": ("走内部门路", ("promise.backdoor", "odd.backdoor")),
    "sign.alter": ("条件、信息任改", ("promise.alter", "odd.alter")),
    "sign.forge": ("做得跟真的一样", ("promise.forge", "odd.forge")),
    "sign.leak": ("考场作弊", ("promise.leak", "odd.leak")),
    "sign.pass": ("保证通过", ("promise.pass",)),
    "sign.own_site": ("自建查询网站", ("promise.own_site", "odd.own_site")),
    "sign.vouch": ("担保查得到", ("result.vouch",)),
    "sign.agent": ("招下线卖证", ("odd.agent",)),
    "sign.hidden": ("躲闪、伪装", (
        "odd.evasive", "jargon.vague", "jargon.initials", "contact.disguised", "disguise.word", "disguise.latin")),
    "sign.arranged": ("托人办来的证", ("odd.arranged",)),
    "sign.piece": ("按本按张卖证", ("price.piece",)),
    "grave.said": ("违法承诺", (
        "promise.no_exam", "promise.pass", "promise.proxy", "promise.leak", "promise.own_site", "promise.backdoor", "promise.alter",
        "promise.forge", "odd.proxy", "odd.leak", "odd.own_site", "odd.backdoor", "odd.alter", "odd.agent",
    )),
    "hint.check": ("声称查得到", ("result.check", "odd.check")),
    "hint.fast": ("几天就有证", ("result.fast", "odd.fast")),
    "hint.price": ("写明价钱", ("price.amount", "price.trade")),
    "hint.materials": ("只要个人资料", ("offer.materials", "odd.materials")),
    "hint.deliver": ("邮寄到家", ("result.deliver",)),
    "hint.make": ("代办、出证", ("offer.make",)),
    "hint.bulk": ("成批供应", ("offer.bulk", "odd.bulk")),
    "hint.convenient": ("不耽误上班", ("odd.convenient",)),
    "hint.seek": ("招揽", ("offer.seek",)),
}


@family("sign", {name: means for name, (means, _) in _SIGNS.items()})
def find(reading: Reading) -> Iterable[Hit]:
    """Every hit of the features behind a sign, each place once."""
    for name, (_, sources) in _SIGNS.items():
        seen: set[tuple[int, int]] = set()
        for source in sources:
            for hit in reading.hits(source):
                if (hit.at, hit.until) not in seen:
                    seen.add((hit.at, hit.until))
                    yield hit._replace(feature=name)
