"""A bulletin (一类一通报, 一季度一通报): what its pages and documents say alike, and its charts."""

from __future__ import annotations

from dataclasses import dataclass

from exports import charts, wording
from exports.account import Account
from exports.charts import Drawing
from exports.period import Review
from exports.vocabulary import Word


@dataclass(frozen=True, slots=True)
class Case:
    """A typical case, masked: nobody can be reached and no site be found by it; `lead` is our number for it."""

    lead: str
    kind: str
    subject: str
    title: str
    imitates: str
    reasons: tuple[str, ...]
    contacts: str
    entry: str
    outcome: str


def title(review: Review) -> str:
    """The bulletin's title."""
    what = "假冒安全生产证书网络" + (review.subject if review.kind else "广告和仿冒网站")
    return f"{review.quarter.label}{what}情况通报"


def opening(review: Review) -> str:
    """The first paragraph: the quarter in a few numbers."""
    said = {count.label: count for count in review.counts}
    found, high = said["新增线索"], said["其中：高等级"]
    change = found.change
    trend = f"，较上季度{change}" if change not in {"—", "上季度为 0"} else ""
    return (f"{review.quarter.label}，共发现涉假冒安全生产证书的{review.subject}线索 {found.now} 条{trend}，其中高等级 {high.now} 条；"
            f"经两人复核确认 {said['复核确认'].now} 条，排除 {said['排除'].now} 条，移送 {said['移送（证据包）'].now} 次，"
            f"复查确认已下线 {said['已下线'].now} 个。")


def caution(review: Review) -> str:
    """What the numbers cannot say, because sources were not read; "" when all were."""
    blind = [s for s in review.sights if s.blind or s.partly]
    if not review.sights:
        return "本季度没有任何来源的覆盖记录，以上数字不能说明总体情况。"
    if not blind:
        return ""
    told = "、".join(f"{s.source}（{s.blind + s.partly}/{s.read + s.partly + s.blind} 次没有看全）" for s in blind[:12])
    return f"以下来源有时没有看全，相应时段的数字偏低：{told}。"


def trend(review: Review) -> Drawing:
    """New leads by week."""
    names = [(wording.KINDS[kind], [week[kind] for _, week in review.weeks]) for kind in review.kinds]
    total = sum(sum(values) for _, values in names)
    return charts.columns([label for label, _ in review.weeks], names, f"{review.quarter.label}每周新增线索，共 {total} 条")


def ways(review: Review) -> Drawing:
    """Leads by the source they were found through."""
    return charts.bars([(name, [n]) for name, n in review.ways], ["线索"], "各来源发现的线索数")


def words(review: Review) -> Drawing:
    """The commonest words, this quarter and the one before."""
    common = review.vocabulary.common[:10]
    if not review.vocabulary.leads[1]:
        return charts.bars([(w.text, [w.now]) for w in common], ["本季度"], "常见用语出现的线索数")
    return charts.bars([(w.text, [w.now, w.before]) for w in common], ["本季度", "上季度"], "常见用语出现的线索数")


def drifts(review: Review) -> list[tuple[str, tuple[Word, ...]]]:
    """The kinds of change with their words, those without any left out."""
    found = review.vocabulary
    return [(label, words) for label, words in (("新出现", found.fresh), ("明显增多", found.growing), ("明显减少", found.shrinking),
                                                ("不再出现", found.gone)) if words]


def cases(review: Review) -> list[Case]:
    """The typical cases."""
    return [_case(account) for account in review.cases()]


def hidden(subject: str) -> str:
    """A defanged subject of which the first and last letters of its names remain."""
    host = subject.split("://", 1)[-1].split("/", 1)[0]
    labels = host.split("[.]")
    shown = [_starred(label) if len(label) > 3 else label for label in labels[:-1]] + labels[-1:]
    return "[.]".join(shown) + ("（某网页）" if "://" in subject else "")


def _starred(label: str) -> str:
    """A label's first and last third."""
    kept = max(1, len(label) // 3)
    return label[:kept] + "*" * (len(label) - 2 * kept) + label[-kept:]


def _case(account: Account) -> Case:
    known = [word for word in (account.subject, account.subject.replace("[.]", ".")) if word]
    reasons = []
    for reason in account.reasons[:5]:
        sentence = reason.sentence
        for word in known:
            sentence = sentence.replace(word, hidden(account.subject))
        reasons.append(sentence)
    contacts = "；".join(f"{label} {value}" for label, value in account.contacts[:4] if label not in {"网址", "链接", "二维码"})
    entry = account.entry[0] if account.entry and account.entry[0].startswith("在 ") else ""
    return Case(account.id, account.kind_label, hidden(account.subject), account.title, account.imitates, tuple(reasons), contacts,
                entry, account.checks[-1] if account.checks else "")
