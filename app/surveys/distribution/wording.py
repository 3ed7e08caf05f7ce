"""What owners are told, word for word: posters, group texts, SMS, WeChat, e-mail.

The wording is fixed here, for every office the same. No office edits it; what changes from
community to community are names, dates and numbers. Nothing here praises, promises a gift or tells
anybody what to answer: a test reads every text and refuses such words.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.surveys.distribution.models import RunKind

LONGEST_SMS = 70  # one SMS of Chinese characters, the sign in brackets included


@dataclass(frozen=True, slots=True)
class Facts:
    """Names, dates and numbers of one community.

    Attributes:
        company, community, office: As people know them.
        campaign: Its name in the language of the text.
        opens_on, closes_on: First and last day to answer.
        minutes: Minutes the questionnaire takes.
        door: Full address at which codes are typed.
        office_phone, phone: Of the office and of head office; may be empty.
        guide: Address of the service guide (《服务指南》); may be empty.
        returned, base: Homes that answered and homes asked; for results.
    """

    company: str
    community: str
    office: str
    campaign: str
    opens_on: date
    closes_on: date
    minutes: int
    door: str
    office_phone: str = ""
    phone: str = ""
    guide: str = ""
    returned: int = 0
    base: int = 0


@dataclass(frozen=True, slots=True)
class Poster:
    """A notice on one sheet: title, one line below it, paragraphs, points, contacts."""

    title: str
    lead: str
    paragraphs: Sequence[str]
    points: Sequence[str]
    contacts: Sequence[str]


@dataclass(frozen=True, slots=True)
class ShortText:
    """An SMS: the whole text, and what fills the provider's template."""

    text: str
    values: dict[str, str]


@dataclass(frozen=True, slots=True)
class Way:
    """How one home gets in.

    Attributes:
        link: Its personal link.
        code: Its code to type, in groups.
    """

    link: str
    code: str


def step_of(kind: RunKind) -> str:
    """Return which text a kind of run uses: launch, reminder or result."""
    return "reminder" if kind in {RunKind.REMINDER_1, RunKind.REMINDER_2} else kind.value


def day_text(day: date, language: str) -> str:
    """Return a day as notices write it; the year stands in the campaign's name."""
    if language == "en":
        return f"{day.day} {_MONTHS[day.month - 1]}"
    return f"{day.month}月{day.day}日"


_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)

_POSTERS: dict[tuple[str, str], tuple[str, str, tuple[str, ...], tuple[str, ...]]] = {
    ("launch", "zh"): (
        "业主满意度调查",
        "{campaign}　{opens}至{closes}",
        (
            "每年两次，我们请每一户业主（住户）说说对物业服务的看法。每户一份，大约{minutes}分钟。",
            (
                "您家的答题码装在封好的信里，送到家中或信箱。用微信或手机相机扫码填写；"
                "扫不了码，请打开 {typed}，输入信上的编码。"
            ),
            "需要纸质问卷，或者需要有人上门帮忙，{ask}。没有收到信，也{ask}。",
        ),
        (
            "分数只用来统计，管理处看不到您家的分数。",
            "写下的意见都有人跟进；让谁知道是您家写的，由您选择。",
            (
                "满意与不满意，都请照实填写。任何人不得代填，也不得要求您怎样打分；"
                "遇到这样的事，请告诉公司总部。"
            ),
        ),
    ),
    ("launch", "en"): (
        "Owners' survey",
        "{campaign}, {opens} to {closes}",
        (
            (
                "Twice a year we ask every home what it thinks of the property service. One answer "
                "a home; it takes about {minutes} minutes."
            ),
            (
                "The code of your home comes in a closed letter, to your door or letterbox. Scan "
                "it with WeChat or the camera of your phone; or open {typed} and type the code of "
                "the letter."
            ),
            (
                "If you would like a paper form, or somebody to help you at home, {ask}. "
                "If no letter has come, {ask} as well."
            ),
        ),
        (
            "Scores are used for statistics only. The office cannot see the scores of your home.",
            "Every comment is followed up. You choose who may know that it came from your home.",
            (
                "Please answer as you see it, good or bad. Nobody may answer for you or tell you "
                "what to answer; if somebody does, please tell head office."
            ),
        ),
    ),
    ("reminder", "zh"): (
        "业主满意度调查：{closes}截止",
        "{campaign}",
        (
            "还没有填写的住户，可以在{closes}当天结束前填写。每户一份，大约{minutes}分钟。",
            "请扫信上的二维码，或打开 {typed}，输入信上的编码。信找不到了，{ask}，可以再要一封。",
            "已经填写的住户，谢谢您，不必再填。",
        ),
        (
            "分数只用来统计，管理处看不到您家的分数。",
            "满意与不满意，都请照实填写。任何人不得代填，也不得要求您怎样打分。",
        ),
    ),
    ("reminder", "en"): (
        "Owners' survey: until {closes}",
        "{campaign}",
        (
            (
                "Homes that have not answered yet can do so until the end of {closes}. One answer "
                "a home; it takes about {minutes} minutes."
            ),
            (
                "Scan the code of your letter, or open {typed} and type it. If the letter is lost, "
                "{ask}; you can have another one."
            ),
            "If you have answered: thank you, there is nothing more to do.",
        ),
        (
            "Scores are used for statistics only. The office cannot see the scores of your home.",
            (
                "Please answer as you see it, good or bad. Nobody may answer for you or tell you "
                "what to answer."
            ),
        ),
    ),
    ("result", "zh"): (
        "业主满意度调查：结果与答复",
        "{campaign}",
        (
            "本小区共{base}户，{returned}户填写了问卷。谢谢每一户。",
            (
                "写了意见并愿意得到答复的住户，我们逐户答复。大家说得多的问题，我们公开答复："
                "原因是什么，怎么改，谁负责，什么时候改好；改不了的，说明为什么。"
            ),
            "公开答复和进度：扫您家信上的二维码，或打开 {typed}，输入信上的编码。",
        ),
        ("对答复有不同意见，请告诉公司总部或业主委员会。",),
    ),
    ("result", "en"): (
        "Owners' survey: results and replies",
        "{campaign}",
        (
            "{returned} of the {base} homes of this community answered. Thanks to every one.",
            (
                "Homes that left a comment and wish a reply each get one. What many homes wrote "
                "about is answered in public: why it is so, what is done, by whom and by when; or "
                "why it cannot be done."
            ),
            (
                "The public answers and their progress: scan the code of your letter, or open "
                "{typed} and type it."
            ),
        ),
        ("If you do not agree with a reply, please tell head office or the owners' committee.",),
    ),
}
_GROUP = {
    ("launch", "zh"): (
        "各位业主、住户：{campaign}{opens}开始，{closes}截止，每户一份，大约{minutes}分钟。"
        "请扫您家信上的二维码，或打开 {door} 输入信上的编码。分数只用来统计，管理处看不到您家的"
        "分数；满意与不满意，都请照实填写。没有收到信、需要纸质问卷，{call}。{guide}"
    ),
    ("launch", "en"): (
        "To all homes: {campaign} runs from {opens} to {closes}, one answer a home, about "
        "{minutes} minutes. Please scan the code of your letter, or open {door} and type it. "
        "Scores are used for statistics only; the office cannot see the scores of your home. "
        "Please answer as you see it, good or bad. No letter, or a paper form? {call}. "
        "{guide}"
    ),
    ("reminder", "zh"): (
        "各位业主、住户：{campaign}{closes}截止。还没有填写的住户，请扫您家信上的二维码，或打开 "
        "{door} 输入信上的编码。已经填写的，谢谢您，不必再填。信找不到了，{call}。"
        "{guide}"
    ),
    ("reminder", "en"): (
        "To all homes: {campaign} ends on {closes}. If your home has not answered yet, please scan "
        "the code of your letter, or open {door} and type it. If it has: thank you, there is "
        "nothing more to do. Letter lost? {call}. {guide}"
    ),
    ("result", "zh"): (
        "各位业主、住户：{campaign}，本小区{base}户中有{returned}户填写，谢谢大家。公开答复和进度，"
        "扫您家信上的二维码，或打开 {door} 输入信上的编码，就能看到。{call}。{guide}"
    ),
    ("result", "en"): (
        "To all homes: {returned} of {base} homes answered {campaign}. Thank you. The public "
        "answers and their progress: scan the code of your letter, or open {door} and type it. "
        "{call}. {guide}"
    ),
}
SMS = {
    ("launch", "zh"): "满意度调查{closes}截止，每户一份：{way}",
    ("reminder", "zh"): "您家还没填满意度调查，{closes}截止：{way}",
    ("result", "zh"): "满意度调查的公开答复可以看了：{way}",
    ("launch", "en"): "Survey until {closes}: {way}",
    ("reminder", "en"): "Survey, open until {closes}: {way}",
    ("result", "en"): "Survey, public answers: {way}",
}
_WAYS = {
    "zh": ("{link}", "{door} 编码{code}", "请扫信上的二维码"),
    "en": ("{link}", "{door} code {code}", "scan the code in your letter"),
}
_MAIL = {
    ("launch", "zh"): ("{campaign}", "现在可以填写了，{closes}截止，每户一份，大约{minutes}分钟。"),
    ("launch", "en"): (
        "{campaign}",
        "It can be answered now, until {closes}: one answer a home, about {minutes} minutes.",
    ),
    ("reminder", "zh"): (
        "{campaign}：{closes}截止",
        (
            "我们还没有收到您家的问卷。{closes}截止，每户一份，大约{minutes}分钟。"
            "如果已经填写，谢谢您，请不必理会这封邮件。"
        ),
    ),
    ("reminder", "en"): (
        "{campaign}: until {closes}",
        (
            "No answer of your home has arrived yet. You can answer until {closes}: one answer a "
            "home, about {minutes} minutes. If you have answered: thank you, please put this mail "
            "aside."
        ),
    ),
    ("result", "zh"): (
        "{campaign}：公开答复",
        "本小区{base}户中有{returned}户填写，谢谢您。公开答复和进度可以看了。",
    ),
    ("result", "en"): (
        "{campaign}: public answers",
        "{returned} of {base} homes answered; thank you. The public answers can be read now.",
    ),
}
_MAIL_BODY = {
    "zh": "{community}的业主、住户：\n\n{what}\n\n{link}\n\n"
    "打不开时，请打开 {door}，输入编码 {code}。\n"
    "这个链接只属于您家，请不要转给别人。分数只用来统计，管理处看不到您家的分数。\n"
    "不想再收到提醒，{call}。\n{guide}\n\n{company}\n",
    "en": "To the home in {community},\n\n{what}\n\n{link}\n\n"
    "If it does not open, go to {door} and type the code {code}.\nThis link belongs to "
    "your home alone; please do not pass it on. Scores "
    "are used for statistics only; the office cannot see the scores of your home.\nFor no more "
    "reminders, please {tell}.\n{guide}\n\n{company}\n",
}


def poster(kind: RunKind, facts: Facts, language: str) -> Poster:
    """Return the notice of a step in one language."""
    tongue = _tongue(language)
    title, lead, paragraphs, points = _POSTERS[step_of(kind), tongue]
    values = _values(facts, tongue)
    return Poster(
        title.format_map(values),
        lead.format_map(values),
        [paragraph.format_map(values) for paragraph in paragraphs],
        points,
        _contacts(facts, tongue),
    )


def group_text(kind: RunKind, facts: Facts, language: str) -> str:
    """Return the text for the owners' WeChat group."""
    tongue = _tongue(language)
    return _GROUP[step_of(kind), tongue].format_map(_values(facts, tongue)).strip()


def sms(kind: RunKind, facts: Facts, way: Way, *, sign: str, language: str) -> ShortText:
    """Return the SMS to one home: with its link, else its code, else the way to its letter.

    The longest form that fits into one SMS together with the sign is taken.

    Args:
        kind: The step.
        facts: Of its community.
        way: Its link and code.
        sign: The provider's sign, shown before the text in brackets.
        language: ``en``, else Chinese.
    """
    tongue = _tongue(language)
    closes = day_text(facts.closes_on, language)
    text = ""
    values: dict[str, str] = {}
    for form in _WAYS[tongue]:
        told = form.format(link=way.link, code=way.code.replace("-", ""), door=facts.door)
        values = {"closes": closes, "way": told}
        text = SMS[step_of(kind), tongue].format_map(values)
        if len(text) + len(sign) + 2 <= LONGEST_SMS:
            break
    return ShortText(text, values)


def mail(kind: RunKind, facts: Facts, way: Way, language: str) -> tuple[str, str]:
    """Return subject and body of the e-mail to one home."""
    tongue = _tongue(language)
    values = _values(facts, tongue) | {"link": way.link, "code": way.code}
    subject, what = _MAIL[step_of(kind), tongue]
    body = _MAIL_BODY[tongue].format_map(values | {"what": what.format_map(values)})
    return subject.format_map(values), body


def _tongue(language: str) -> str:
    return "en" if language == "en" else "zh"


def _values(facts: Facts, tongue: str) -> dict[str, object]:
    phones = [number for number in (facts.office_phone, facts.phone) if number]
    guide = ""
    if facts.guide:
        guide = (
            f"Service guide: {facts.guide}" if tongue == "en" else f"《服务指南》：{facts.guide}"
        )
    numbers = (", " if tongue == "en" else "、").join(phones)
    if tongue == "en":
        ask = "please call" if phones else "please ask at the service desk of your community"
        call = f"Call {numbers}" if phones else "Ask at the service desk of your community"
    else:
        ask = "请打电话" if phones else "请到小区服务台询问"
        call = f"{ask}：{numbers}" if phones else ask
    return {
        "company": facts.company,
        "community": facts.community,
        "campaign": facts.campaign,
        "opens": day_text(facts.opens_on, tongue),
        "closes": day_text(facts.closes_on, tongue),
        "minutes": facts.minutes,
        "door": facts.door,
        "typed": _typed(facts.door),
        "returned": facts.returned,
        "base": facts.base,
        "guide": guide,
        "ask": ask,
        "call": call,
        "tell": call[0].lower() + call[1:],
    }


def _contacts(facts: Facts, tongue: str) -> list[str]:
    office = facts.office or ("Office" if tongue == "en" else "管理处")
    colon = ": " if tongue == "en" else "："
    lines = []
    if facts.office_phone:
        lines.append(f"{office}{colon}{facts.office_phone}")
    if facts.phone:
        lines.append(f"{'Head office' if tongue == 'en' else '公司总部'}{colon}{facts.phone}")
    if facts.guide:
        chinese, english = (
            "《服务指南》（项目、时间、电话、价格）",
            "Service guide (prices, hours, phones)",
        )
        lines.append(f"{english if tongue == 'en' else chinese}{colon}{_typed(facts.guide)}")
    return lines


def _typed(address: str) -> str:
    """Return an address as somebody types it off a sheet of paper."""
    return address.partition("://")[2] or address
