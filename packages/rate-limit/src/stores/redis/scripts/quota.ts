/**
 * Quotas. Lua knows no time zones: the caller sends when its period starts and ends, and when the next one ends, and the
 * server's clock picks. Record: tag, end of the period, count.
 */
export const quotaLua = `
kinds.quota = {
  roll = function(limit, record)
    local due, following = limit.due, limit.following
    if now >= due then due, following = following, nil end
    local state = { due = due, used = 0 }
    if record and record[2] >= due then
      state.used = record[3]
      -- A period that the clock has not reached: the next one is followed, a later one is brought back.
      if record[2] == following then
        state.due = following
      else
        state.moved = record[2] > due
      end
    end
    return state
  end,
  wait = function(state, target)
    return state.used <= target and 0 or state.due - now
  end,
  charge = function(state, cost)
    state.used = state.used + cost
  end,
  record = function(state)
    return state.due, state.used
  end,
  refund = function(state, taken)
    if taken.due == state.due then state.used = max(0, state.used - taken.cost) end
  end,
}
`;
