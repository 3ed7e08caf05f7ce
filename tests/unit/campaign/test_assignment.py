"""Blocks and replicate groups: fixed, spread evenly, and not to be guessed from each other."""

from collections import Counter

from app.surveys.campaign.frame import block_of, replicate_group_of
from app.vault import Vault

VAULT = Vault(bytes(range(32)))
UIDS = [f"{number:032x}" for number in range(12_000)]


def test_a_block_is_the_hash_of_campaign_and_household():
    # printf 2026-11:abc | sha256sum, read as one number, modulo 12
    assert block_of("2026-11", "abc", blocks=12) == 7


def test_households_spread_evenly_over_blocks_and_groups():
    blocks = Counter(block_of("2026-11", uid, blocks=12) for uid in UIDS)
    groups = Counter(replicate_group_of(VAULT, uid) for uid in UIDS)

    # Binomial: 1000 +- 5 sd (30.3) a block, 400 +- 5 sd (19.7) a group
    assert set(blocks) == set(range(12))
    assert all(849 <= count <= 1151 for count in blocks.values())
    assert set(groups) == set(range(30))
    assert all(301 <= count <= 499 for count in groups.values())


def test_a_household_changes_its_block_but_not_its_group_with_the_campaign():
    changed = sum(
        block_of("2026-06", u, blocks=12) != block_of("2026-11", u, blocks=12) for u in UIDS
    )
    assert 0.88 < changed / len(UIDS) < 0.95  # 11 in 12
    assert replicate_group_of(VAULT, UIDS[0]) == replicate_group_of(
        Vault(bytes(range(32))), UIDS[0]
    )
    assert any(
        replicate_group_of(VAULT, u) != replicate_group_of(Vault(bytes(32)), u) for u in UIDS
    )
