"""The Chinese of what erase says: the English text is the key, and both name the same facts."""

from typing import Final

ERASING: Final[dict[str, str]] = {
    "Erase a person's rows from log, change sets and backups.": "从变更日志、变更集和备份中清除某人的行。",
    "Nothing was erased.": "未清除任何内容。",
    "The record of the erasure stands, and the change log holds none of these lines.": (
        "清除记录已生效，变更日志中已无这些行。"
    ),
    "You are about to erase, for good, as {who}:": "即将永久清除，操作人 {who}：",
    "Type the number of lines to sign: {lines}": "请输入要签署的行数：{lines}",
    "Type the number of lines to erase: {lines}": "请输入要清除的行数：{lines}",
    "Signed. The rows may be erased.": "已签名。可以清除这些行。",
    "Signed. More people have to sign before the rows may be erased.": "已签名。还须其他人签名才能清除这些行。",
    "Erased: {rows:line|lines} of the change log and {lines:line|lines} of files here, by record {record}.": (
        "已清除：变更日志 {rows} 行，本机文件 {lines} 行；记录号 {record}。"
    ),
    "Finished: {lines:line|lines} of an earlier erasure are gone from the files here.": (
        "已收尾：先前记录已清除的 {lines} 行，现已从本机文件中清除。"
    ),
    "{lines:line holds|lines hold} these rows; nothing is erased yet.": "有 {lines} 行含有所指的数据；尚未清除。",
    "No line holds these rows; there is nothing to erase.": "没有任何行含有所指的数据，无需清除。",
    "run {run}: {lines:line|lines}": "执行 {run}：{lines} 行",
    "{owner}, {file}: {lines:line|lines}": "{owner}，{file}：{lines} 行",
    "{owner}: {lines:row|rows}": "{owner}：{lines} 行",
    "run {owner}, {file}: {lines:row|rows}": "执行 {owner}，{file}：{lines} 行",
    "expires": "有效期至",
    "rows named": "所指的行",
    "change sets": "变更集",
    "left to people": "待人工处理",
    "backups": "备份",
    "signatures": "签名",
    "do not count": "不计入",
    "tables that refer to them": "引用它们的表",
    "cannot be applied any more": "不能再执行",
    "not looked into": "未能查找",
    "to be seen to by hand": "须人工处理",
    # What a trace says of it.
    "{table} {row}: the change log holds no change of it; changes to rows of {table} were erased.": (
        "{table} {row}：变更日志中没有它的改动；{table} 有行的改动已被清除。"
    ),
    "erased": "已清除",
    "{lines:change|changes} of {table}: {places}, by record {record} on {time}": (
        "{table} 的 {lines} 处改动：{places}，记录号 {record}，时间 {time}"
    ),
    "run {run}, change {seq}": "执行 {run} 第 {seq} 行",
    "{who} signed on {time}": "{who} 于 {time} 签名",
    "not known": "无从得知",
    "{erased:row of it was|rows of it were} erased since and are in no part any more.": (
        "其中 {erased} 行其后已被清除，备份中不再有。"
    ),
}
