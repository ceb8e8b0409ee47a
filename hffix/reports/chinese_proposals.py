"""The Chinese of what a pull request is shown."""

from typing import Final

PROPOSALS: Final[dict[str, str]] = {
    "rows changed": "修改行数",
    "left to people": "留给人工",
    "risk": "风险",
    "who must sign": "须由谁签署",
    "not planned": "未生成计划",
    "nobody": "无人",
    "{needed} of {roles}: {could}": "{roles} {needed} 人：{could}",
    "✗ {needed} of {roles}, and too few could: {could}": "✗ {roles} {needed} 人，可签署的人不够：{could}",
    "{count:thing stands|things stand} against this proposal.": "有 {count} 处问题，本提议不能通过。",
    "This proposal brings no fix, and nothing stands against it.": "本提议没有带来修复脚本，也没有问题。",
    "{count:fix is|fixes are} proposed, and nothing stands against it.": "提议了 {count} 个修复脚本，没有问题。",
    "{count:fix has|fixes have} no room here; plan each to see it.": (
        "另有 {count} 个修复脚本此处放不下，请逐个生成计划查看。"
    ),
    "Planned on {target}; what people sign is planned again where it will be applied.": (
        "在 {target} 上生成的计划；供签署的变更集将在实际执行的库上重新生成。"
    ),
    "files": "文件",
    "it has a line of a change set or a backup": "含有变更集或备份的行",
    "it is a private key": "是私钥",
    "it has a number that is some citizen's": "含有公民身份号码",
    "it is an SQLite database": "是 SQLite 数据库",
    "it is a compressed file, as change sets and backups are": "是压缩文件，变更集和备份即为此类",
    "its signature is not beside it": "旁边没有它的签名",
    "its manifest is not the one that the folder is named for": "清单与目录名不符",
    "it does not lie where its subject and its person say": "所在位置与其对象、签署人不符",
}
