"""The events of the audit trail and what they are called; a test finds those missing here."""

from typing import Any

EVENTS: dict[str, str] = {
    "signin": "登录",
    "signin.failed": "登录失败",
    "signin.locked": "登录被锁定",
    "signin.second_factor_failed": "两步验证失败",
    "signout": "退出",
    "password.change": "修改密码",
    "password.reset": "重置密码",
    "second_factor.add": "启用两步验证",
    "second_factor.remove": "停用两步验证",
    "second_factor.renew": "更换恢复码",
    "user.open": "开立账号",
    "user.edit": "修改账号",
    "user.close": "停用账号",
    "user.reopen": "申请恢复账号",
    "user.authorise": "授权账号",
    "user.unlock": "解锁账号",
    "token.create": "建立 API 令牌",
    "token.revoke": "撤销 API 令牌",
    "audit.verify": "校验审计记录",
    "audit.export": "导出审计记录",
    "import.units": "导入机构",
    "import.staff": "导入人员",
    "import.checklist": "导入检查标准",
    "checklist.create": "建立检查标准",
    "checklist.version_create": "建立标准版本",
    "checklist.version_delete": "删除标准草稿",
    "checklist.import": "由文件建立标准草稿",
    "checklist.publish": "发布检查标准",
    "import.quizzes": "导入测试成绩",
    "import.letters": "导入来信",
    "import.device": "导入星级柜员牌数据",
    "scheme.draft": "起草竞赛办法",
    "scheme.revise": "修改竞赛办法草稿",
    "scheme.delete": "删除竞赛办法草稿",
    "scheme.publish": "发布竞赛办法",
    "month.publish": "内部公示月度成绩",
    "month.close": "月度封账",
    "visit.create": "建立检查任务",
    "visit.assign": "派发检查任务",
    "visit.update": "修改检查任务",
    "visit.cancel": "取消检查任务",
    "wave.release": "发布暗访批次",
    "inspection.release": "发布检查结果",
    "inspection.return": "退回检查结果",
    "season.create": "建立赛季",
    "month.correct": "更正已封账月份",
    "letter.receive": "登记来信",
    "letter.export": "导出来信",
    "letter.triage": "分派来信",
    "letter.reclassify": "更正来信分类",
    "letter.reassign": "改派来信",
    "letter.return": "退回来信",
    "letter.answer": "答复来信",
    "letter.close": "办结来信",
    "letter.reopen": "重新办理来信",
    "letter.recuse": "申请回避来信",
    "letter.escalate": "协查转为投诉",
    "letter.extension_ask": "申请投诉延期",
    "letter.extension_approve": "批准投诉延期",
    "letter.extension_refuse": "不予投诉延期",
    "letter.extension_notify": "告知投诉延期",
    "letter.appraisal_start": "投诉开始鉴定",
    "letter.appraisal_end": "投诉鉴定结束",
    "letter.new_facts": "登记来信新事实",
    "letter.withdraw": "撤回来信",
    "letter.review_ask": "登记核查申请",
    "letter.review_decide": "作出核查决定",
    "letter.clock_version": "制定来信期限规则",
    "letter.reveal": "查看来信客户信息",
    "letter.redact": "来信脱敏归档",
    "letter.subject_export": "个人信息查询",
    "letter.link": "关联来信",
    "letter.merge": "来信并案",
    "letter.unlink": "撤销来信关联",
    "letter.template": "修改答复模板",
    "letter.attachment_add": "上传来信附件",
    "letter.attachment_read": "下载来信附件",
    "letter.judge_propose": "提出责任认定",
    "letter.judge": "确认责任认定",
    "letter.judge_reject": "不同意责任认定",
    "letter.object": "提出责任认定异议",
    "letter.objection_dismiss": "责任认定异议不成立",
    "letter.objection_uphold": "责任认定异议成立",
    "letter.mail_read": "下载原始邮件",
    "letter.mail_replay": "重新处理邮件",
    "letter.mail_by_hand": "把邮件登记为来信",
    "letter.mail_ignore": "忽略邮件",
    "letter.patterns": "修改提取模式",
    "letter.patterns_reset": "恢复系统自带的提取模式",
    "bulletin.issue": "编发简报",
    "bulletin.finalise": "简报改用封账数据",
    "document.make": "编制文件",
    "file.read": "查阅服务档案",
    "file.comment": "对服务档案发表意见",
    "import.attendance": "导入培训参加情况",
    "quiz.add": "登记测试成绩",
    "quiz.correct": "更正测试成绩",
    "quiz.remove": "删除测试成绩",
    "quiz.export": "导出测试成绩",
    "device.export": "导出评价器汇总",
    "training.create": "登记培训",
    "training.edit": "修改培训",
    "training.attendance": "登记培训参加情况",
    "violation.record": "记录违规",
    "violation.revoke": "撤销违规",
    "violation.catalogue": "维护违规事项",
    "violation.export": "导出违规记录",
    "penalty.propose": "提出处罚",
    "penalty.approve": "批准处罚",
    "penalty.refuse": "不批准处罚",
    "penalty.notify": "告知处罚",
    "penalty.appeal": "对处罚提出申诉",
    "penalty.appeal_decide": "处理处罚申诉",
    "stars.scheme_draft": "起草星级评定办法",
    "stars.scheme_revise": "修改星级评定办法草稿",
    "stars.scheme_delete": "删除星级评定办法草稿",
    "stars.scheme_publish": "发布星级评定办法",
    "stars.period_open": "建立星级评定周期",
    "stars.compute": "测算星级",
    "stars.show": "公示星级",
    "stars.finish": "星级生效",
    "stars.adjust_propose": "提出星级调整",
    "stars.adjust_confirm": "同意星级调整",
    "stars.adjust_reject": "不同意星级调整",
    "stars.object": "提出星级异议",
    "stars.object_decide": "处理星级异议",
}


# Of a long list so many are named; the export has them all.
NAMED = 3


def event_label(event: str) -> str:
    """What an event is called; the code itself when it is not known."""
    return EVENTS.get(event, event)


# What the details of an entry are called, in the order they are read.
DETAILS: dict[str, str] = {
    "name": "姓名",
    "role": "岗位",
    "unit": "机构号",
    "staff": "员工号",
    "before": "改前",
    "after": "改后",
    "actor": "操作人",
    "branch": "分行",
    "broken_at": "断点",
    "days": "有效天数",
    "decided_on": "认定日期",
    "event": "事件",
    "first": "从",
    "year": "年度",
    "inspections": "检查",
    "visits": "任务号",
    "intact": "完整",
    "items": "项目数",
    "kind": "种类",
    "letters": "来信",
    "last": "到",
    "month": "月份",
    "reason": "原因",
    "result": "结果",
    "channel": "来源",
    "service_channel": "业务办理渠道",
    "business": "业务类别",
    "cause": "投诉原因",
    "severity": "程度",
    "scheme": "办法",
    "search": "条件",
    "state": "状态",
    "subject": "对象",
}


# Details that are codes, and what these are called.
VALUES: dict[str, dict[str, str]] = {
    "event": EVENTS,
    "kind": {
        "all": "全部", "totp": "验证器应用", "webauthn": "安全密钥", "recovery_codes": "恢复码",
    },
}  # fmt: skip


def detail_words(detail: dict[str, Any]) -> str:
    """The details of an entry as "姓名：…；岗位：…", leaving out what is empty."""
    order = list(DETAILS)
    known = sorted(detail, key=lambda key: order.index(key) if key in DETAILS else len(order))
    return "；".join(
        f"{DETAILS.get(key, key)}：{_words(_called(key, detail[key]))}"
        for key in known
        if detail[key] not in ("", None, {}, [])
    )


def _called(key: str, value: Any) -> Any:
    """A code among the details by its name; anything else as it is."""
    return VALUES[key].get(value, value) if key in VALUES and isinstance(value, str) else value


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return f"（{detail_words(value)}）"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        more = f" 等 {len(value)} 项" if len(value) > NAMED else ""
        return "、".join(map(str, value[:NAMED])) + more
    return str(value)
