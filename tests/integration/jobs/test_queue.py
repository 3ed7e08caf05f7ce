"""The queue: nothing is lost, nothing is done by two at once, on a real database."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.db import write_session
from app.jobs import queries, queue
from app.jobs.errors import LeaseLostError
from app.jobs.models import Job, JobState


def seconds(number):
    return timedelta(seconds=number)


def test_a_job_is_taken_with_its_payload_and_ends_done(session, now):
    queue.enqueue(session, "freeze", {"gate": 7, "why": "到期"}, now=now)

    job = queue.claim(session, "a", now=now)
    assert (job.kind, queue.payload_of(job), job.state) == (
        "freeze",
        {"gate": 7, "why": "到期"},
        JobState.RUNNING,
    )
    queue.report_progress(session, job.id, "a", 1, 3)
    assert (job.done_steps, job.total_steps) == (1, 3)
    queue.finish(session, job.id, "a", now=now)

    assert queries.find_job(session, job.id).state is JobState.DONE
    assert job.ended_at == now
    assert queue.claim(session, "a", now=now) is None


def test_jobs_are_taken_in_the_order_they_came(session, now):
    jobs = [queue.enqueue(session, "x", {"n": n}, now=now) for n in range(3)]
    assert [queue.claim(session, "a", now=now).id for _ in jobs] == [job.id for job in jobs]


def test_a_job_for_later_waits_until_then(session, now):
    queue.enqueue(session, "x", {}, now=now, run_after=now + seconds(10))
    assert queue.claim(session, "a", now=now + seconds(9)) is None
    assert queue.claim(session, "a", now=now + seconds(10)) is not None


def test_a_taken_job_is_not_taken_again_while_the_lease_runs(session, now):
    queue.enqueue(session, "x", {}, now=now)
    assert queue.claim(session, "a", now=now, lease_seconds=60)
    assert queue.claim(session, "b", now=now + seconds(60)) is None


def test_a_renewed_lease_runs_longer(session, now):
    queue.enqueue(session, "x", {}, now=now)
    job = queue.claim(session, "a", now=now, lease_seconds=60)
    queue.renew(session, job.id, "a", now=now + seconds(50), lease_seconds=60)
    assert queue.claim(session, "b", now=now + seconds(100)) is None


def test_the_job_of_a_dead_worker_goes_to_another_and_the_first_cannot_finish_it(session, now):
    queue.enqueue(session, "x", {}, now=now)
    job = queue.claim(session, "a", now=now, lease_seconds=60)
    later = now + seconds(61)

    assert queue.claim(session, "b", now=later).id == job.id

    for act in (
        lambda: queue.finish(session, job.id, "a", now=later),
        lambda: queue.fail(session, job.id, "a", "late", now=later),
        lambda: queue.renew(session, job.id, "a", now=later),
        lambda: queue.report_progress(session, job.id, "a", 1, 1),
    ):
        with pytest.raises(LeaseLostError):
            act()
    queue.finish(session, job.id, "b", now=later)
    with pytest.raises(LeaseLostError):
        queue.finish(session, job.id, "b", now=later)


def test_work_of_a_worker_that_lost_its_lease_is_rolled_back(engine, now):
    with write_session(engine) as session:
        job_id = queue.enqueue(session, "x", {}, now=now).id
    with write_session(engine) as session:
        queue.claim(session, "a", now=now, lease_seconds=1)
    with write_session(engine) as session:
        queue.claim(session, "b", now=now + seconds(2))

    def late_work():
        with write_session(engine) as session:
            queue.enqueue(session, "effect", {}, now=now)
            queue.finish(session, job_id, "a", now=now + seconds(3))

    with pytest.raises(LeaseLostError):
        late_work()

    with write_session(engine) as session:
        assert queries.list_jobs(session, "effect") == []


def test_a_failed_job_is_tried_three_times_with_growing_pauses(session, now):
    # pauses of 20 s and 80 s: FIRST_PAUSE * 4 ** (attempt - 1)
    queue.enqueue(session, "x", {}, now=now, dedup_key="k")
    moment = now
    for pause in (20, 80):
        job = queue.claim(session, "a", now=moment)
        queue.fail(session, job.id, "a", "boom", now=moment)
        assert job.state is JobState.QUEUED
        assert queue.claim(session, "a", now=moment + seconds(pause - 1)) is None
        moment += seconds(pause)
    job = queue.claim(session, "a", now=moment)
    queue.fail(session, job.id, "a", "boom " + "x" * 5000, now=moment)

    assert (job.state, job.attempts, job.ended_at) == (JobState.FAILED, 3, moment)
    assert len(job.error) == 2000
    assert queue.claim(session, "a", now=moment + timedelta(days=1)) is None


def test_a_job_that_kills_its_workers_is_given_up(session, now):
    job = queue.enqueue(session, "x", {}, now=now)
    for attempt in range(3):
        assert queue.claim(session, "a", now=now + seconds(100 * attempt)).id == job.id
    assert queue.claim(session, "a", now=now + seconds(400)) is None
    assert job.state is JobState.FAILED
    assert job.error


def test_one_job_per_key_is_under_way_and_a_new_one_can_follow(session, now):
    first = queue.enqueue(session, "x", {}, now=now, dedup_key="gate:1")
    assert queue.enqueue(session, "x", {}, now=now, dedup_key="gate:1") is first
    assert queue.enqueue(session, "x", {}, now=now, dedup_key="gate:2") is not first

    job = queue.claim(session, "a", now=now)
    assert queue.enqueue(session, "x", {}, now=now, dedup_key="gate:1") is job
    queue.finish(session, job.id, "a", now=now)

    assert queue.enqueue(session, "x", {}, now=now, dedup_key="gate:1") is not first


def test_many_who_ask_for_the_same_job_at_once_get_one(engine, now):
    def ask(_number):
        with write_session(engine) as session:
            return queue.enqueue(session, "x", {}, now=now, dedup_key="same").id

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(ask, range(12)))) == 1


def test_workers_at_the_same_time_never_take_the_same_job(engine, now):
    with write_session(engine) as session:
        for number in range(20):
            queue.enqueue(session, "x", {"n": number}, now=now)

    def work(name):
        taken = []
        while True:
            with write_session(engine) as session:
                job = queue.claim(session, name, now=now)
                if job is None:
                    return taken
                taken.append(job.id)

    with ThreadPoolExecutor(4) as pool:
        taken = [job_id for jobs in pool.map(work, "abcd") for job_id in jobs]

    assert len(taken) == 20
    assert len(set(taken)) == 20
    with write_session(engine) as session:
        assert set(session.scalars(select(Job.attempts))) == {1}


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_worker_does_not_wait_for_a_job_another_is_just_taking(engine, now):
    with write_session(engine) as session:
        first = queue.enqueue(session, "x", {}, now=now).id
        second = queue.enqueue(session, "x", {}, now=now).id

    with write_session(engine) as one, write_session(engine) as other:
        assert queue.claim(one, "a", now=now).id == first
        assert queue.claim(other, "b", now=now).id == second


def test_jobs_are_listed_newest_first_and_by_kind(session, now):
    for kind in ("a", "b", "a"):
        queue.enqueue(session, kind, {}, now=now)
    assert [job.kind for job in queries.list_jobs(session)] == ["a", "b", "a"]
    found = queries.list_jobs(session, "a")
    assert [job.id for job in found] == sorted((job.id for job in found), reverse=True)
    assert len(found) == 2
