/** Strict windows; the arithmetic is that of `limits/strict-window.ts`. Record: tag, end, newest part, 13 counts. */
export const strictWindowLua = `
kinds.strict = {
  blank = function(tag)
    return { tag, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
  end,
  roll = function(record, window)
    local newest = floor((now * 12) / window)
    local passed, used = newest - record[3], 0
    if passed > 0 then
      for i = 4, 16 do record[i] = i + passed <= 16 and record[i + passed] or 0 end
    end
    for i = 4, 16 do used = used + record[i] end
    if passed < -12 then
      -- As if all of it had been taken just now.
      moved = true
      for i = 4, 15 do record[i] = 0 end
      record[16] = used
    end
    if passed > 0 or passed < -12 then
      record[2], record[3] = ceil(((newest + 13) * window) / 12), newest
    end
    return used
  end,
  wait = function(record, window, target)
    local used, i = 0, 3
    for part = 4, 16 do used = used + record[part] end
    if used <= target then return 0 end
    while used > target do
      i = i + 1
      used = used - record[i]
    end
    return ceil(((record[3] + i - 3) * window) / 12) - now
  end,
  charge = function(record, window, cost)
    record[16] = record[16] + cost
  end,
  refund = function(record, window, taken)
    local i = floor((taken.at * 12) / window) - record[3] + 16
    if i >= 4 and i <= 16 then record[i] = max(0, record[i] - taken.cost) end
  end,
}
`;
