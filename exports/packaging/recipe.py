"""How to verify, in words: our program, and the programs every system has."""

from __future__ import annotations

from exports.verifier import bags
from exports.verifier.command import STATEMENT


def recipe(lead: str, has_tokens: bool) -> str:
    """Plain text for the recipient; commands run in the package's folder."""
    stamps = (
        "四、时间戳（RFC 3161）\n"
        f"   openssl ts -verify -data {bags.TAGS} -in timestamps/文件名.tsr -CAfile 时间戳机构根证书.pem\n"
        "   根证书请向时间戳机构索取，不要用包里或令牌里带的。\n") if has_tokens else (
        "四、时间戳\n   本包制作时没有取得可信时间戳；事后补签的令牌另附，并注明“补签”。时间是抓取机时钟的陈述。\n")
    said = "\n".join(f"   {n}. {text}" for n, text in enumerate(STATEMENT, 1))
    return (
        f"怎样核验（线索 {lead}）\n\n"
        "一、用包内程序（Python 3.8 以上，只用标准库，不联网）\n"
        "   python3 -I verify.py                         核验本文件夹\n"
        "   python3 -I verify.py 证据包.zip              核验未解开的 zip\n"
        "   python3 -I verify.py --manifest 登记的摘要   与移送函或移送单位登记的清单摘要比对\n"
        "   退出码：0 全部一致；1 有改动、缺失或多出；5 有无法核验的项目。\n\n"
        "二、不用我们的程序\n"
        f"   sha256sum -c {bags.TAGS}     清单、说明、程序\n"
        f"   sha256sum -c {bags.MANIFEST}        data/ 下全部内容\n"
        f"   sha256sum -c {bags.SEAL}                   封签：清单与时间戳令牌\n"
        "   Windows：certutil -hashfile 文件名 SHA256，与清单逐行比对。\n"
        f"   整包的清单摘要：sha256sum {bags.TAGS}，应与移送单位登记的一致。\n"
        "   SM3：openssl dgst -sm3 data/captures/…/文件，与 data/list.csv 比对。\n\n"
        "三、网页重放\n"
        "   data/evidence.wacz 可用 ReplayWeb.page 离线打开；其中 WARC 可用 warcio check 逐条核对。\n\n"
        f"{stamps}\n"
        f"五、本核验的含义\n{said}\n")
