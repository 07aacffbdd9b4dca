"""post() and reverse(): what moves, what is refused, and what is left when it is."""

import pytest

from ledger.errors import (
    InsufficientFunds,
)
from tests.world import World


async def test_points_move_from_one_wallet_to_another(world: World):
    ada, bo = await world.player(1, balance=1000), await world.player(2)

    posted = await world.post({ada.wallet: -300, bo.wallet: 300})

    assert await world.balance(ada.wallet) == 700
    assert await world.balance(bo.wallet) == 300
    assert (await world.head()).digest == posted.digest


async def test_a_refused_transfer_leaves_no_trace(world: World):
    ada, bo = await world.player(1, balance=10), await world.player(2)
    before = await world.head()

    with pytest.raises(InsufficientFunds) as refused:
        await world.post({ada.wallet: -11, bo.wallet: 11})

    assert (refused.value.balance, refused.value.needed) == (10, 11)
    assert await world.head() == before
    assert await world.balance(ada.wallet) == 10
