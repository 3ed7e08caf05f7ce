"""Instrument files for tests: the published one, a small sound one, and an outside data set."""

from functools import cache
from pathlib import Path

from app.surveys.instrument.load import load_instrument
from app.surveys.instrument.model import Instrument

FOLDER = Path(__file__).parents[3] / "instruments"
PUBLISHED = FOLDER / "customer-perception" / "v1.yaml"

# Three areas in three blocks of two: every pair meets once. Two areas in depth or all three.
SMALL = """\
instrument: small
version: 1
kind: customer-perception
languages: [zh-Hans, en]
title: {zh-Hans: 小问卷, en: Small survey}
minutes:
  areas: {2: 4, 3: 5}
  elder: 4
valid_needs: {overall: 1, areas: 2}
departments:
  office: {zh-Hans: 客服, en: Office}
scales:
  ten:
    points: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    labels: {1: {zh-Hans: 最差, en: worst}, 10: {zh-Hans: 最好, en: best}}
    satisfied: [8, 9, 10]
  five:
    points: [1, 2, 3, 4, 5]
    labels: {1: {zh-Hans: 很不满意, en: bad}, 5: {zh-Hans: 很满意, en: good}}
    satisfied: [4, 5]
    missing: {na: {zh-Hans: 没接触过, en: no experience}}
areas:
  - code: gate
    name: {zh-Hans: 门岗, en: Gate}
    department: office
    attributes:
      - code: strict
        text: {zh-Hans: 把得严, en: Checks strangers}
        factor: safety
        element: procedure
        complaint_class: service
        departments: [office]
      - code: barrier
        text: {zh-Hans: 道闸好用, en: The barrier works}
        factor: safety
        element: equipment
        complaint_class: facility
        departments: [office]
        show_if: car
  - code: stairs
    name: {zh-Hans: 楼道, en: Stairs}
    department: office
    attributes:
      - code: clean
        text: {zh-Hans: 楼道干净, en: Stairs are clean}
        factor: environment
        element: procedure
        complaint_class: service
        departments: [office]
  - code: fees
    name: {zh-Hans: 收费, en: Fees}
    department: office
blocks:
  design:
    - [1, 2]
    - [1, 3]
    - [2, 3]
  offered:
    - {under: 100, areas: 3}
    - {areas: 2}
sections:
  - id: overall
    ask: {rate: overall, on: ten}
    measures: overall
    title: {zh-Hans: 总的感受, en: Overall}
    text: {zh-Hans: 总的来说｜您满意吗？, en: Are you satisfied overall?}
  - id: priorities
    ask: {pick: areas, up to: 2}
    measures: importance
    title: {zh-Hans: 最要紧的, en: What matters}
    text: {zh-Hans: 哪些最要紧？, en: Which matter most?}
  - id: tolerance
    ask: {rate: offered areas, on: ten}
    measures: [importance, adequate, desired, perceived]
    title: {zh-Hans: 底线和期望, en: Limits}
    text: {zh-Hans: 请打分, en: Please give scores}
    wording:
      importance: {zh-Hans: "“{area}”有多重要？", en: "How important is “{area}”?"}
      adequate: {zh-Hans: 最低几分？, en: The lowest acceptable?}
      desired: {zh-Hans: 理想几分？, en: The ideal?}
      perceived: {zh-Hans: 现在几分？, en: And now?}
    elder: false
  - id: areas
    ask: {rate: areas, on: five}
    measures: performance
    title: {zh-Hans: 各方面, en: Areas}
    text: {zh-Hans: 您满意吗？, en: Are you satisfied?}
  - id: experience
    ask: {tick: options}
    measures: experience
    title: {zh-Hans: 您家, en: Your home}
    text: {zh-Hans: 有哪些情况？, en: What applies?}
    options:
      - {code: car, text: {zh-Hans: 有车, en: We have a car}}
      - {code: none, text: {zh-Hans: 都没有, en: None}, exclusive: true}
    elder: false
  - id: attributes
    ask: {rate: attributes, on: five}
    measures: performance
    title: {zh-Hans: 细项, en: In detail}
    text: {zh-Hans: 再细一点？, en: In more detail?}
    elder: false
  - id: relationship
    ask: {rate: statements, on: five}
    measures: relationship
    offer: 1
    title: {zh-Hans: 您和物业, en: You and us}
    text: {zh-Hans: 您同意吗？, en: Do you agree?}
    questions:
      - {code: k1, text: {zh-Hans: 他们在意我家, en: They care}}
      - {code: k2, text: {zh-Hans: 能不找就不找, en: I avoid them}, reverse: true}
    elder: false
  - id: about
    ask: {choose: questions}
    measures: profile
    title: {zh-Hans: 关于您, en: About you}
    text: {zh-Hans: 请介绍一下, en: About you}
    questions:
      - code: who
        text: {zh-Hans: 您是, en: You are}
        options:
          - {code: owner, text: {zh-Hans: 业主, en: an owner}}
          - {code: tenant, text: {zh-Hans: 租户, en: a tenant}}
  - id: comment
    ask: {write: comments}
    measures: comment
    title: {zh-Hans: 意见, en: Comments}
    text: {zh-Hans: 请写在这里, en: In your words}
    questions:
      - {code: wish, text: {zh-Hans: 最希望先办好什么？, en: What should come first?}}
    contact:
      text: {zh-Hans: 谁来联系您？, en: Who may contact you?}
      office_or_hq: {zh-Hans: 都可以, en: Either}
      hq_only: {zh-Hans: 只要总部, en: Head office only}
      no_reply: {zh-Hans: 不用回复, en: No reply}
      number: {text: {zh-Hans: 电话, en: Telephone}}
"""

EXTERNAL = """\
instrument: outside
version: 1
kind: external
languages: [en]
title: {en: A survey of others}
scales:
  five: {points: [1, 2, 3, 4, 5], satisfied: [4, 5]}
  ten: {points: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]}
areas:
  - {code: police}
  - {code: parks, name: {en: Parks}}
sections:
  - {id: overall, ask: {rate: overall, on: five}, measures: overall}
  - {id: areas, ask: {rate: areas, on: five}, measures: performance}
  - {id: priorities, ask: {pick: areas, up to: 3}, measures: importance}
  - id: zone
    ask: {rate: offered areas, on: ten}
    measures: [importance, adequate, desired, performance]
columns:
  overall: overall_quality
  importance: [priority_1, priority_2, priority_3]
  performance.police: sat_police
  performance.parks: sat_parks
  adequate.parks: min_parks
  desired.parks: ideal_parks
  perceived.parks: now_parks
  competitor.parks: other_parks
  community: district
  wave: wave
  replicates: replicate
  none_words: [none]
  value_map: {priority_1: {cops: police}}
"""


@cache
def published() -> Instrument:
    """The questionnaire in use, read from its file."""
    return load_instrument(PUBLISHED.read_text(encoding="utf-8"), PUBLISHED.name).instrument


@cache
def small() -> Instrument:
    """The small instrument."""
    return load_instrument(SMALL, "small.yaml").instrument


def changed(old: str, new: str, text: str = SMALL) -> str:
    """The small file with one passage changed; the passage must stand in it exactly once."""
    assert text.count(old) == 1, (text.count(old), old)
    return text.replace(old, new)


def line_of(text: str, passage: str) -> int:
    """The line, from 1, on which a passage begins."""
    assert passage in text, passage
    return text[: text.index(passage)].count("\n") + 1
