"""Word documents become PDF through LibreOffice, in the sandbox, with fonts of our choosing."""

import functools
import os
import shutil
from pathlib import Path
from xml.sax.saxutils import escape

from . import sandbox

LIMITS = sandbox.Limits(memory=2 << 30, cpu=40, file_size=100_000_000, wall=35, open_files=1024)

_ASKS_FOR_RESTART = 81
"""LibreOffice ends so after it has set up a new profile; its shell script would start it again."""

_FILTERS = {"docx": "MS Word 2007 XML", "doc": "MS Word 97"}

_SERIF = "Noto Serif CJK SC"
_SANS = "Noto Sans CJK SC"
_LOOKS_LIKE = {
    _SERIF: (
        "宋体",
        "SimSun",
        "NSimSun",
        "新宋体",
        "宋体-简",
        "Songti SC",
        "STSong",
        "华文宋体",
        "STZhongsong",
        "华文中宋",
        "仿宋",
        "FangSong",
        "仿宋_GB2312",
        "FangSong_GB2312",
        "STFangsong",
        "华文仿宋",
        "楷体",
        "KaiTi",
        "楷体_GB2312",
        "KaiTi_GB2312",
        "STKaiti",
        "华文楷体",
        "Kaiti SC",
        "方正小标宋简体",
        "方正小标宋_GBK",
        "方正书宋简体",
        "方正仿宋简体",
        "方正楷体简体",
        "隶书",
        "LiSu",
    ),
    _SANS: (
        "黑体",
        "SimHei",
        "微软雅黑",
        "Microsoft YaHei",
        "微软雅黑 Light",
        "Microsoft YaHei Light",
        "Microsoft YaHei UI",
        "等线",
        "DengXian",
        "等线 Light",
        "DengXian Light",
        "苹方-简",
        "PingFang SC",
        "Heiti SC",
        "STHeiti",
        "华文黑体",
        "STXihei",
        "华文细黑",
        "幼圆",
        "YouYuan",
        "思源黑体",
        "Source Han Sans SC",
        "Source Han Sans CN",
        "方正黑体简体",
        "方正兰亭黑简体",
    ),
}

_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
{items}
</oor:items>
"""
_SETTINGS = (
    ("Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Office.Common/Security/Scripting", "DisableActiveContent", "true"),
    ("Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Office.Writer/Content/Update", "Link", "0"),
    ("Office.Common/Misc", "UseLocking", "false"),
    ("Office.Common/Save/Document", "CreateBackup", "false"),
    ("Inet/Settings", "ooInetProxyType", "2"),
    ("Inet/Settings", "ooInetHTTPProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetHTTPProxyPort", "9"),
    ("Inet/Settings", "ooInetHTTPSProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetHTTPSProxyPort", "9"),
)
"""Inet: where no fence takes the network away, fetches end at a port that nothing listens on."""


@functools.cache
def office_available() -> bool:
    """Whether Word documents can be converted on this system."""
    return _program() is not None


def convert(source: Path, kind: str, work: Path) -> tuple[Path | None, sandbox.Ending]:
    """The PDF of the Word document `source`, which lies in `work`; None when LibreOffice made none.

    It may exit with 0 and without a PDF, so only the file counts.
    """
    program = _program()
    assert program, "ask office_available() first"
    (work / "fonts.conf").write_text(_fonts_conf(work), "utf-8")
    user = work / "profile" / "user"
    user.mkdir(parents=True)
    (user / "registrymodifications.xcu").write_text(_profile(), "utf-8")
    command = [
        program,
        f"-env:UserInstallation={(work / 'profile').as_uri()}",
        "--headless",
        "--invisible",
        "--norestore",
        "--nologo",
        f"--infilter={_FILTERS[kind]}",
        "--convert-to",
        "pdf:writer_pdf_Export",
        "--outdir",
        str(work),
        str(source),
    ]
    env = {"FONTCONFIG_FILE": str(work / "fonts.conf"), "SAL_USE_VCLPLUGIN": "svp"}
    ending = _finish(command, work, env)
    if ending.code == _ASKS_FOR_RESTART:
        ending = _finish(command, work, env)
    made = source.with_suffix(".pdf")
    whole = made.is_file() and not made.is_symlink() and made.stat().st_size > 0
    return (made if whole else None), ending


def _finish(command: list[str], work: Path, env: dict[str, str]) -> sandbox.Ending:
    with sandbox.run(command, work, LIMITS, env) as child:
        for _ in child.lines():
            pass
        return child.ending()


def _program() -> str | None:
    """The program itself, not the script around it: one process, which dies when we do."""
    script = shutil.which("soffice") or shutil.which("libreoffice")
    if not script:
        return None
    program = Path(os.path.realpath(script)).with_name("soffice.bin")
    return str(program) if program.is_file() else None


def _profile() -> str:
    return _PROFILE.format(
        items="\n".join(
            f'<item oor:path="/org.openoffice.{path}"><prop oor:name="{name}" oor:op="fuse">'
            f"<value>{value}</value></prop></item>"
            for path, name, value in _SETTINGS
        )
    )


def _fonts_conf(work: Path) -> str:
    """Fontconfig rules: the fonts of Chinese Windows, WPS and macOS onto Noto CJK."""
    rules = "\n".join(
        '<match target="pattern">'
        f'<test name="family" qual="any"><string>{escape(name)}</string></test>'
        f'<edit name="family" mode="assign" binding="strong"><string>{noto}</string></edit></match>'
        for noto, names in _LOOKS_LIKE.items()
        for name in names
    )
    return f"""<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
<dir>/usr/share/fonts</dir>
<dir>/usr/local/share/fonts</dir>
<cachedir>/var/cache/fontconfig</cachedir>
<cachedir>{escape(str(work))}/font-cache</cachedir>
{rules}
<include ignore_missing="yes">/etc/fonts/conf.d</include>
</fontconfig>
"""
