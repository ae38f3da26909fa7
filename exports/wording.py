"""The Chinese of what is stored: labels of kinds, bands, states, moves and contacts; times as people read them.

Times are China Standard Time (UTC+8, without daylight saving since 1991) and say so where they stand alone.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8), "CST")
KINDS = {"ad": "造假广告", "fake_site": "仿冒网站", "none": "未见异常"}
BANDS = {"high": "高", "medium": "中", "low": "低", "none": "无"}
LEAD_STATES = {"new": "待复核", "confirmed": "已确认（待第二人复核）", "released": "已复核", "dismissed": "已排除", "doubtful": "存疑",
               "revoked": "已撤销"}
MOVES = {"confirm": "确认", "second": "复核同意", "dismiss": "排除", "doubt": "存疑", "reopen": "重新打开", "revoke": "撤销"}
SOURCE_STATES = {"ok": "正常", "empty": "确无结果", "degraded": "部分失败", "blocked": "被拦截", "login": "要求登录", "layout": "版式已变",
                 "robots": "robots 不允许", "unreachable": "无法连接", "disabled": "未启用"}
# How far "nothing found" may be believed: read · partly · blind · off.
SIGHT = {"ok": "read", "empty": "read", "degraded": "partly", "disabled": "off"}
SIGHT_LABELS = {"read": "已读", "partly": "部分看不到", "blind": "没看到", "off": "未启用"}
CONTACTS = {"phone": "手机", "wechat": "微信", "qq": "QQ", "email": "邮箱", "telegram": "电报", "url": "网址", "qr": "二维码",
            "link": "链接", "tel": "电话"}
OUTCOMES = {"ok": "正常", "partial": "不完整", "gone": "已不存在", "parked": "停放页", "blocked": "被拦截", "login": "要求登录",
            "error": "出错", "refused": "按规定未访问"}
CHECKS = {"up": "仍可访问", "down": "已不可访问", "changed": "内容已变", "unknown": "无法判断"}
MEANS = {"http": "普通抓取", "browser": "浏览器", "import": "人工导入"}
PROFILES = {"desktop": "电脑", "mobile": "手机", "from-search": "从搜索进入"}
ARTIFACTS = {"body": "收到的原始字节", "dom": "渲染后网页", "screenshot-full": "整页截图", "screenshot-first": "首屏截图",
             "mhtml": "网页存档", "console": "控制台记录", "text": "网页文字", "places": "文字与图片的位置"}
FACTS = {"dns": "域名解析", "tls": "证书", "whois": "注册信息", "rdap": "注册信息（RDAP）", "ip": "主机地址", "icp": "备案",
         "hosting": "技术支持"}
ROLES = {"seller": "卖家页面", "grey": "灰色培训广告", "news": "新闻报道", "court": "案件、裁判", "law": "法规条文",
         "authority": "机关公文", "question": "问答", "recruitment": "招聘", "school": "培训学校"}


def moment(at: str) -> datetime | None:
    """A stored UTC time as a moment in China; None for what is no time."""
    try:
        return datetime.fromisoformat(at.replace("Z", "+00:00")).astimezone(CHINA)
    except (ValueError, OverflowError):
        return None


def local(at: str) -> str:
    """A stored UTC time as YYYY-MM-DD HH:MM:SS in China; what is no time comes back as it was."""
    found = moment(at)
    return found.strftime("%Y-%m-%d %H:%M:%S") if found else at


def short_time(at: str) -> str:
    """A stored UTC time as MM-DD HH:MM in China."""
    found = moment(at)
    return found.strftime("%m-%d %H:%M") if found else at


def day_in_words(day: str) -> str:
    """2026-03-09 → 2026年3月9日; what is no day comes back as it was."""
    try:
        found = datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=CHINA)
    except ValueError:
        return day
    return f"{found.year}年{found.month}月{found.day}日"


def size(count: int) -> str:
    """Bytes as people read them."""
    amount = float(count)
    for unit in ("字节", "kB", "MB"):
        if amount < 1024 or unit == "MB":
            return f"{amount:.0f} {unit}" if unit == "字节" else f"{amount:.1f} {unit}"
        amount /= 1024
    return str(count)


def sight(state: str) -> str:
    """How far a source in this state was really looked at: read · partly · blind · off."""
    return SIGHT.get(state, "blind")
