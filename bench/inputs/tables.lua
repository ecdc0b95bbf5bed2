-- SPDX-License-Identifier: MIT
-- Tables, strings and closures that come and go: what a script does all day. Usage: lua tables.lua ROUNDS
local rounds = tonumber(arg[1])
math.randomseed(42)
local random = math.random

local function tree(depth)
	if depth == 0 then
		return {}
	end
	return { left = tree(depth - 1), right = tree(depth - 1), value = depth }
end

local function count(t)
	return t.left and 1 + count(t.left) + count(t.right) or 1
end

local function words(n)
	local list = {}
	for i = 1, n do
		list[i] = string.format("%06x-%s", random(0, 0xffffff), string.rep("ab", random(1, 40)))
	end
	return list
end

local function records(list)
	local seen, out = {}, {}
	for i, word in ipairs(list) do
		local key = word:sub(1, 3)
		local record = seen[key]
		if not record then
			record = { key = key, items = {}, describe = function() return key .. "/" .. i end }
			seen[key] = record
			out[#out + 1] = record
		end
		record.items[#record.items + 1] = word:upper()
	end
	table.sort(out, function(a, b) return a.key < b.key end)
	return out
end

local long_lived = {}
local checksum = 0
for round = 1, rounds do
	checksum = (checksum + count(tree(14))) % 1000000007
	local list = words(20000)
	table.sort(list)
	local parts = {}
	for _, record in ipairs(records(list)) do
		parts[#parts + 1] = record.describe() .. "=" .. table.concat(record.items, ",")
	end
	local text = table.concat(parts, ";")
	for i = 1, #text, 997 do
		checksum = (checksum * 31 + text:byte(i)) % 1000000007
	end
	long_lived[round % 8] = list
end
print(checksum)
