/**
 * Quotas. Lua knows no time zones: the caller sends when its period ends, and when the next one does, and the server's
 * clock picks. Record: tag, end of the period, count.
 */
export const quotaLua = `
kinds.quota = {
  blank = function(tag)
    return { tag, 0, 0 }
  end,
  roll = function(record, due, most, following)
    if now >= due then
      due, following = following, nil
    end
    if record[2] < due then
      record[2], record[3] = due, 0
    elseif record[2] > due and record[2] ~= following then
      -- Later than the next period, which may have begun for another clock.
      moved = true
      record[2] = due
    end
    return record[3]
  end,
  wait = function(record, due, target)
    return record[3] <= target and 0 or record[2] - now
  end,
  charge = function(record, due, cost)
    record[3] = record[3] + cost
  end,
  refund = function(record, due, taken)
    if taken.due == record[2] then record[3] = max(0, record[3] - taken.cost) end
  end,
}
`;
