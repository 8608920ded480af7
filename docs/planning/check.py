#!/usr/bin/env python3
"""Checks a security plan without Sinergi and without any solver:

    python check.py --stations F --units F --patterns F [--officers F] [--closed F] [--sites F] PLAN_FOLDER

Needs Python 3.10 and nothing else. Counts every rule, every metre and every proven bound of the plan again from the
tables and the certificate; prints what it found, exit 0 only where everything holds. Read it beside docs/planning.md.
"""

import argparse
import csv
import hashlib
import io
import json
import math
import re
import sys
import unicodedata
from collections import Counter, defaultdict
from pathlib import Path

CLASSES = ("low", "medium", "high", "special")
LENT_LEVELS = {"province", "national", "polda", "mabes", "brimob", "mobile_brigade"}
FAR = math.inf
# Metres that rounding may take from a distance: so little beyond a radius is within it.
ROUNDING = 1e-6
# What officers cost, in millimetres, and what else a plan may not choose for itself (docs/planning.md, part 2).
MISSING_MM, LENT_MM, EXTRA_MM = 100_000_000_000, 2_000_000_000, 5_000_000
MOST_PAIRS = 1_000_000
WOMAN_MM, PIN_MM = 20_000_000_000, 1_000_000_000_000
DISTANCE = "great circle on a sphere of 6371008.8 m"
INPUTS, OUTPUTS = {"stations", "units", "patterns"}, {"posts.csv", "assignments.csv"}
wrong = []


def need(condition, what):
    """Note what does not hold; at most the first fifty are printed."""
    if not condition:
        wrong.append(what)
    return condition


def metres(a, b):
    """Great-circle metres (haversine) between two points (lat, lon) on a sphere of 6,371,008.8 m."""
    y1, x1, y2, x2 = map(math.radians, (*a, *b))
    half = math.sin((y2 - y1) / 2) ** 2 + math.cos(y1) * math.cos(y2) * math.sin((x2 - x1) / 2) ** 2
    return 2 * 6_371_008.8 * math.asin(min(1.0, math.sqrt(half)))


def table(path):
    """The rows of a CSV file as dictionaries, header names in small letters and underscores."""
    data = Path(path).read_bytes()
    for encoding in ("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    # Only line ends that CSV knows: a name may hold U+2028.
    text = text.lstrip("\r\n")
    sign = max(",;\t", key=text.split("\n", 1)[0].count)
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=sign)
    plain = [unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode() for name in rows.fieldnames or ()]
    rows.fieldnames = ["_".join(re.findall("[a-z0-9]+", name.lower())) for name in plain]
    # A row of nothing but separators is no row.
    return [row for row in ({k: (v or "").strip() for k, v in row.items() if k} for row in rows) if any(row.values())]


# What no plan of a group can beat. D[i][j]: metres from station i to an anchor j, FAR where that is not allowed.


def at_prices(D, prices, posts, most):
    """Each anchor takes itself and the `most` − 1 stations that pay most above their metres; the cheapest count."""
    n = len(D)
    worth = []
    for j in range(n):
        terms = sorted(D[i][j] - prices[i] for i in range(n) if i != j and D[i][j] < prices[i])
        worth.append(sum(terms[: most - 1]) - prices[j])
    return sum(prices) + sum(sorted(worth)[:posts])


def single(D):
    """One post: the best anchor."""
    return min(sum(row[j] for row in D) for j in range(len(D)))


def pair(D, most):
    """Two posts: all pairs of anchors; given two, the stations that gain most by the second go there."""
    n, best = len(D), FAR
    for a in range(n):
        for b in range(a + 1, n):
            if sum(min(row[a], row[b]) for row in D) >= best:
                continue
            others = sorted(
                (i for i in range(n) if i not in (a, b)),
                key=lambda i: 0.0 if D[i][a] == D[i][b] == FAR else D[i][b] - D[i][a],
            )
            for second in range(max(0, n - 1 - most), min(most - 1, n - 2) + 1):
                total = sum(D[i][b] for i in others[:second]) + sum(D[i][a] for i in others[second:])
                best = min(best, total)
    return best


def pairing(D, prices, alone, odd_sets):
    """Posts of two: prices of stations, of standing alone (an odd number), of sets that cannot pair up inside."""
    n, total = len(D), sum(prices) + (alone or 0.0)
    inside = defaultdict(float)
    for members, price in odd_sets:
        need(price >= 0 and len(members) % 2 == 1 and len(set(members)) == len(members), "an odd set is not one")
        total -= price * (len(members) // 2)
        for i in members:
            for j in members:
                inside[i, j] += price
    for i in range(n):
        for j in range(i):
            if D[i][j] < FAR:
                total += min(0.0, D[i][j] - prices[i] - prices[j] + inside[i, j])
        if alone is not None:
            total += min(0.0, -prices[i] - alone + inside[i, n])
    return total


def nested(D, prices, sets, posts, most):
    """Prices, and rewards of sets that lie inside one another or apart: of a set S, at least ⌈│S│ / most⌉ posts serve
    somebody. Each anchor picks what earns most: how much with k stations is known set by set, from the inside out."""
    n, sets = len(D), sorted(([frozenset(some), price] for some, price in sets), key=lambda one: len(one[0]))
    parts, inside = [], list(range(n))
    for k, (some, price) in enumerate(sets):
        need(price >= 0, "a set has a price below zero")
        held = {inside[i] for i in some}
        need(all(inside[i] not in held or i in some for i in range(n)), "sets are not nested")
        parts.append(sorted(held))
        for i in some:
            inside[i] = n + k
    parts.append(sorted(set(inside)))
    rewards = [price for _, price in sets] + [0.0]
    worth = []
    for j in range(n):
        earned = [[0.0, prices[i] - D[i][j]] if i != j else [-math.inf, prices[j]] for i in range(n)]
        for held, reward in zip(parts, rewards, strict=True):
            best = [0.0]
            for part in held:
                more = earned[part]
                joined = [-math.inf] * min(most + 1, len(best) + len(more) - 1)
                for a, left in enumerate(best):
                    for b in range(min(len(more), len(joined) - a)):
                        joined[a + b] = max(joined[a + b], left + more[b])
                best = joined
            earned.append([best[0], *(some + reward for some in best[1:])])
        worth.append(-max(earned[-1]))
    return sum(prices) + sum(r * -(-len(s) // most) for s, r in sets) + sum(sorted(worth)[:posts])


def posts_needed(D, most, apart):
    """By parts that share no anchor: the number of stations, or a list of stations no two of which share one."""
    n = len(D)
    reach = [{j for j in range(n) if D[i][j] < FAR} for i in range(n)]
    part = list(range(n))

    def root(i):
        while part[i] != i:
            part[i] = part[part[i]]
            i = part[i]
        return i

    for i in range(n):
        for j in reach[i]:
            part[root(i)] = root(j)
    size = Counter(root(i) for i in range(n))
    lists = defaultdict(int)
    for some in apart:
        need(
            len({root(i) for i in some}) == 1 and root(some[0]) not in lists, "a list of stations apart spans two parts"
        )
        for at, i in enumerate(some):
            need(all(not reach[i] & reach[j] for j in some[:at]), "stations said to be apart share an anchor")
        lists[root(some[0])] = len(set(some))
    return sum(max(-(-count // most), lists[which]) for which, count in size.items())


def check_posts(stations, rules, plan, certificate):
    """Rules and metres of posts.csv and the bounds of every group; what summary.json must say."""
    grouping = certificate["parameters"]["grouping"]
    need(grouping in ("village", "district"), f"an unknown grouping: {grouping}")
    members = defaultdict(list)
    for row in plan:
        members[row["post"]].append(row["station"])
    seen = Counter(row["station"] for row in plan)
    need(set(seen) == set(stations), "posts.csv does not name exactly the stations of the table")
    need(all(count == 1 for count in seen.values()), "a station stands in two posts")
    groups = defaultdict(list)
    for code, station in stations.items():
        groups[station[f"{grouping}_code"], station["class"]].append(code)
    found, travelled = Counter(), defaultdict(float)
    for post, codes in members.items():
        if not need(post in codes, f"post {post}: its anchor is none of its stations"):
            continue
        anchor = stations[post]
        key, rule = (anchor[f"{grouping}_code"], anchor["class"]), rules(anchor)
        found[key] += 1
        need(len(codes) <= rule["stations"], f"post {post}: more stations than its pattern allows")
        for code in codes:
            station = stations[code]
            need((station[f"{grouping}_code"], station["class"]) == key, f"post {post}: crosses areas or classes")
            far = metres(station["at"], anchor["at"])
            need(far <= rule["radius"] + ROUNDING, f"post {post}: {code} is farther than the radius")
            travelled[key] += far
    said = {(group["area"], group["class"]): group for group in certificate["groups"]}
    need(set(said) == set(groups) and len(said) == len(certificate["groups"]), "the certificate has other groups")
    lower_posts, lower_travel, proofs = 0, 0.0, Counter()
    for key in sorted(groups):
        group = said.get(key)
        if group is None:
            continue
        codes = sorted(groups[key])
        n, rule = len(codes), rules(stations[codes[0]])
        most, name = rule["stations"], " ".join(key)
        need(found[key] == group["posts"], f"{name}: another number of posts than certified")
        need(abs(travelled[key] - group["travel_m"]) <= 0.001 + 1e-6 * n, f"{name}: other metres than certified")
        proofs[group["proof"]] += 1
        D = None
        if group["proof"] not in ("nothing", "none") or group.get("apart") or group["posts_bound"] > -(-n // most):
            D = [[0.0] * n for _ in range(n)]
            for i in range(n):
                for j in range(i):
                    far = metres(stations[codes[i]]["at"], stations[codes[j]]["at"])
                    D[i][j] = D[j][i] = far if far <= rule["radius"] + ROUNDING else FAR
        place = {code: i for i, code in enumerate(codes)}
        least = -(-n // most)
        if group.get("apart") or group["posts_bound"] > least:
            least = posts_needed(D, most, [[place[code] for code in some] for some in group.get("apart", [])])
        need(group["posts_bound"] <= least, f"{name}: so many posts are not proven to be needed")
        need(group["posts_bound"] <= group["posts"], f"{name}: the bound of posts is above their number")
        bound = 0.0
        if group["proof"] == "single":
            need(group["posts"] == 1, f"{name}: not a single post")
            bound = single(D)
        elif group["proof"] == "pair":
            need(group["posts"] == 2, f"{name}: not two posts")
            bound = pair(D, most)
        elif group["proof"] == "prices":
            need(len(group["prices"]) == n, f"{name}: a price is missing")
            bound = at_prices(D, group["prices"], group["posts"], most)
        elif group["proof"] == "nested":
            need(len(group["prices"]) == n, f"{name}: a price is missing")
            sets = [([place[code] for code in one["stations"]], one["price"]) for one in group["sets"]]
            bound = nested(D, group["prices"], sets, group["posts"], most)
        elif group["proof"] == "pairing":
            need(most == 2 and group["posts"] == -(-n // 2), f"{name}: not posts of two")
            need((n % 2 == 1) == ("alone" in group), f"{name}: a price is missing")
            place["*"] = n
            odd = [([place[code] for code in one["stations"]], one["price"]) for one in group["odd_sets"]]
            bound = pairing(D, group["prices"], group.get("alone"), odd)
        else:
            need(group["proof"] in ("nothing", "none"), f"{name}: an unknown proof")
        need(
            group["travel_bound_m"] <= max(0.0, bound),
            f"{name}: the bound {group['travel_bound_m']} is not proven ({bound})",
        )
        need(group["travel_bound_m"] <= travelled[key] + 1e-6, f"{name}: the bound is above the cost")
        lower_posts += group["posts_bound"]
        lower_travel += group["travel_bound_m"]
    print("proofs of metres, by groups:", dict(proofs))
    return {
        "posts": len(members),
        "travel_m": sum(travelled.values()),
        "lower_bound_posts": lower_posts,
        "lower_bound_travel_m": lower_travel,
        "linmas": sum(rules(stations[post])["linmas"] for post in members if post in stations),
    }


def check_officers(stations, units, rules, plan, sent, certificate):
    """Rules of assignments.csv, and cost and bound of sending officers; what summary.json must say."""
    said = certificate["officers"]
    posts = sorted({row["post"] for row in plan if row["post"] in stations})
    there, gone, lent = Counter(), Counter(), 0
    cost, travelled = 0, 0.0
    pairs = set()
    middles = {}
    over_middles = len(units) * len(posts) > MOST_PAIRS
    need(said["over_middles"] == over_middles, "the ways of lent officers are counted by another rule")
    if over_middles:
        middles = middles_of(stations, units, posts)

    def way_mm(unit, post):
        """Millimetres that this officer costs, and whether the unit lends."""
        station = stations[post]
        if units[unit]["home"] == station["regency_code"]:
            return round(1000 * metres(units[unit]["at"], station["at"])), False
        if not middles:
            return LENT_MM + round(1000 * metres(units[unit]["at"], station["at"])), True
        end = middles[station["regency_code"]]
        first = units[unit]["at"]
        way = LENT_MM + round(1000 * metres(end, station["at"]))
        if units[unit]["home"]:
            way += round(1000 * metres(first, middles[units[unit]["home"]]))
            first = middles[units[unit]["home"]]
        return way + round(1000 * metres(first, end)), True

    for row in sent:
        unit, post, officers = row["unit"], row["post"], int(row["officers"])
        if not need(unit in units and post in set(posts), f"assignments.csv: unknown unit {unit} or post {post}"):
            continue
        need(officers > 0 and (unit, post) not in pairs, f"{unit} to {post}: nobody, or twice")
        pairs.add((unit, post))
        far = metres(units[unit]["at"], stations[post]["at"])
        need(abs(far - float(row["metres"])) <= 0.002, f"{unit} to {post}: other metres than said")
        one, is_lent = way_mm(unit, post)
        cost += officers * one
        travelled += officers * far
        lent += officers * is_lent
        there[post] += officers
        gone[unit] += officers
    for unit, count in gone.items():
        need(count <= units[unit]["free"], f"unit {unit} sends {count}, but only {units[unit]['free']} may leave")
    missing, short_at_home = 0, Counter()
    for post in posts:
        rule = rules(stations[post])
        need(there[post] <= rule["police_max"], f"post {post}: more officers than its pattern allows")
        lack = max(0, rule["police_min"] - there[post])
        missing += lack
        cost += lack * rule["missing_mm"]
        cost -= sum(EXTRA_MM // k for k in range(1, there[post] - rule["police_min"] + 1))
        short_at_home[stations[post]["regency_code"]] += rule["police_min"]
    worth = said["worth_mm"]
    need(
        set(worth) == set(units) and all(price >= 0 for price in worth.values()),
        "prices of officers are missing or below zero",
    )
    bound = -sum(worth[unit] * units[unit]["free"] for unit in units)
    leave = {}
    for unit in units:
        home = units[unit]["home"]
        if middles and home:
            way = worth[unit] + round(1000 * metres(units[unit]["at"], middles[home]))
            leave[home] = min(leave.get(home, way), way)
    arrive = {}
    if middles:
        for regency in {stations[post]["regency_code"] for post in posts}:
            ways = [
                LENT_MM + worth[unit] + round(1000 * metres(units[unit]["at"], middles[regency]))
                for unit in units
                if not units[unit]["home"]
            ]
            ways += [
                LENT_MM + way + round(1000 * metres(middles[home], middles[regency]))
                for home, way in leave.items()
                if home != regency
            ]
            arrive[regency] = min(ways, default=FAR)
    at_home = defaultdict(list)
    for unit in units:
        at_home[units[unit]["home"]].append(unit)
    for post in posts:
        station, rule = stations[post], rules(stations[post])
        if middles:
            least = arrive[station["regency_code"]] + round(
                1000 * metres(middles[station["regency_code"]], station["at"])
            )
            for unit in at_home[station["regency_code"]]:
                least = min(least, worth[unit] + way_mm(unit, post)[0])
        else:
            least = min(worth[unit] + way_mm(unit, post)[0] for unit in units)
        bound += rule["police_min"] * min(least, rule["missing_mm"])
        bound += sum(min(0, least - EXTRA_MM // k) for k in range(1, rule["police_max"] - rule["police_min"] + 1))
    # Two machines may round a millimetre differently at each of the officers.
    slack = (
        2 + sum(unit["free"] for unit in units.values()) + sum(rules(stations[post])["police_max"] for post in posts)
    )
    need(abs(cost - said["cost_mm"]) <= 4 * slack, f"sending officers costs {cost} mm, certified {said['cost_mm']}")
    need(said["bound_mm"] <= bound + 4 * slack, f"the bound {said['bound_mm']} mm is not proven ({bound})")
    need(said["bound_mm"] <= cost + 4 * slack, "the bound of sending officers is above its cost")
    free = sum(unit["free"] for unit in units.values())
    needed = sum(rules(stations[post])["police_min"] for post in posts)
    unmet_bound = max(0, needed - free)
    for unit in units.values():
        if unit["home"] in short_at_home:
            short_at_home[unit["home"]] -= unit["free"]
    lent_bound = max(0, sum(max(0, count) for count in short_at_home.values()) - unmet_bound)
    need(said["lent"] == lent and said["lent_bound"] == lent_bound, "other lent officers than certified")
    print(f"officers: cost {cost} mm, proven bound {bound} mm")
    return {
        "officers": sum(there.values()),
        "unmet": missing,
        "lower_bound_unmet": unmet_bound,
        "officers_needed": needed,
        "lent": lent,
        "lower_bound_lent": lent_bound,
        "officers_travel_m": travelled,
    }


def check_names(asked, stations, units, rules, plan, sent, certificate):
    """Rules of officers.csv, and cost and bound of placing officers by name; what summary.json must say."""
    said, names, duty = certificate["officers"], certificate["names"], certificate["names"]["duty"]
    need(names["woman_mm"] == WOMAN_MM and names["pin_mm"] == PIN_MM, "other prices of women and pins than the model's")
    people = {row["code"]: row for row in table(asked.officers)}
    post_of = {row["station"]: row["post"] for row in plan}
    posts = sorted({row["post"] for row in plan if row["post"] in stations})
    villages = defaultdict(set)
    for station, post in post_of.items():
        villages[post].add(stations[station]["village_code"])
    middle = defaultdict(list)
    for station in stations.values():
        middle[station["village_code"]].append(station["at"])
    middle = {code: tuple(sum(at[k] for at in some) / len(some) for k in (0, 1)) for code, some in middle.items()}
    shifts = -(-duty["hours"] // duty["most_hours"])
    listed, barred = Counter(row["unit_code"] for row in people.values()), {}
    for code, row in people.items():
        hours = int(row["hours_worked"]) + duty["hours"] / shifts
        rested = row.get("rested_hours") or ""
        for rule, broken in (
            ("unit", row["unit_code"] not in units),
            ("fit", row["fit"].lower() not in ("ya", "yes", "true", "1")),
            ("age", int(row["age"]) > duty["oldest"]),
            ("rest", rested and int(rested) < duty["rest_hours"]),
            ("hours", hours > duty["most_hours"]),
        ):
            if broken:
                barred[code] = rule
                break
    need(barred == names["barred"], "others may stand nowhere than the certificate says")
    free = {unit: max(0, listed[unit] - row["reserve"]) for unit, row in units.items()}
    women = {code for code, row in people.items() if row["sex"].lower() in ("p", "perempuan", "female", "f")}
    pins = {code: row["pinned_station"] for code, row in people.items() if row.get("pinned_station")}
    need(
        pins == {pin["officer"]: pin["station"] for pin in names["pins"]}
        and all(pin["reason"] == people[pin["officer"]]["pin_reason"] for pin in names["pins"]),
        "other pins than the table of officers",
    )
    ways = {}

    def way_mm(unit, post):
        if (unit, post) not in ways:
            lent = units[unit]["home"] != stations[post]["regency_code"]
            ways[unit, post] = round(1000 * metres(units[unit]["at"], stations[post]["at"])) + LENT_MM * lent
        return ways[unit, post]

    shut = (
        {(row["unit_code"], post_of.get(row["station_code"])) for row in table(asked.closed)} if asked.closed else set()
    )
    near = {}

    def is_near_home(code, post):
        home = people[code].get("home_village_code", "")
        if (home, post) not in near:
            near[home, post] = bool(home) and (
                home in villages[post]
                or (home in middle and round(1000 * metres(middle[home], stations[post]["at"])) < 1000 * duty["away_m"])
            )
        return near[home, post]

    rows = table(asked.plan / "officers.csv")
    there, women_there, gone, by_shift = Counter(), Counter(), Counter(), Counter()
    cost, travelled, lent, seen, by_unit = 0, 0.0, 0, set(), Counter()
    for row in rows:
        code, unit, post = row["officer"], row["unit"], row["post"]
        if not need(
            code in people and post in posts and unit in units, f"officers.csv: unknown {code}, {unit}, {post}"
        ):
            continue
        need(code not in seen, f"officer {code} stands twice")
        seen.add(code)
        need(people[code]["unit_code"] == unit, f"officer {code} is of another unit")
        need(code not in barred, f"officer {code} may stand nowhere ({barred.get(code)})")
        need(not is_near_home(code, post), f"officer {code} stands at or near the own village")
        need((unit, post) not in shut, f"officer {code} would take a way that is closed")
        need(1 <= int(row["shift"]) <= shifts, f"officer {code}: no such shift")
        far = metres(units[unit]["at"], stations[post]["at"])
        need(abs(far - float(row["metres"])) <= 0.002, f"officer {code}: other metres than said")
        there[post] += 1
        by_shift[post, int(row["shift"])] += 1
        women_there[post] += code in women
        gone[unit] += 1
        by_unit[unit, post] += 1
        cost += way_mm(unit, post)
        travelled += far
        lent += units[unit]["home"] != stations[post]["regency_code"]
    for code, station in pins.items():
        here = [row["post"] for row in rows if row["officer"] == code]
        need(here == [post_of.get(station)], f"officer {code} is pinned to {station}, but stands elsewhere")
    for unit, count in gone.items():
        need(count <= free[unit], f"unit {unit} sends {count}, but only {free[unit]} may leave")
    need(
        {(row["unit"], row["post"]): int(row["officers"]) for row in sent} == dict(by_unit)
        and len(sent) == len(by_unit),
        "assignments.csv counts others than officers.csv",
    )
    for row in sent:
        far = metres(units[row["unit"]]["at"], stations[row["post"]]["at"])
        need(abs(far - float(row["metres"])) <= 0.002, f"{row['unit']} to {row['post']}: other metres than said")
    worth, own = said["worth_mm"], names["worth_mm"]
    need(set(worth) == set(units) and set(own) <= set(people), "prices are missing, or of nobody")
    need(all(price >= 0 for price in (*worth.values(), *own.values())), "prices are below zero")
    able = [code for code in people if code not in barred]
    bound = PIN_MM * len(pins) - sum(worth[unit] * free[unit] for unit in units) - sum(own.get(c, 0) for c in able)
    missing = women_missing = needed = 0
    short_at_home = Counter()
    for post in posts:
        rule = rules(stations[post])
        least, most, asked_women = (shifts * rule[name] for name in ("police_min", "police_max", "women_min"))
        need(there[post] <= most, f"post {post}: more officers than its pattern allows")
        counts = [by_shift[post, shift] for shift in range(1, shifts + 1)]
        need(max(counts) - min(counts) <= 1, f"post {post}: one shift has two officers more than another")
        gains = [EXTRA_MM // k for k in range(1, most - least + 1)]
        lack, lack_women = max(0, least - there[post]), max(0, asked_women - women_there[post])
        missing += lack
        women_missing += lack_women
        needed += least
        short_at_home[stations[post]["regency_code"]] += least
        cost += lack * rule["missing_mm"] + lack_women * WOMAN_MM - sum(gains[: max(0, there[post] - least)])
        any_, woman = FAR, FAR
        for code in able:
            if is_near_home(code, post) or (code in pins and post_of.get(pins[code]) != post):
                continue
            unit = people[code]["unit_code"]
            if (unit, post) in shut:
                continue
            paid = way_mm(unit, post) + worth[unit] + own.get(code, 0) - PIN_MM * (code in pins)
            any_ = min(any_, paid)
            if code in women:
                woman = min(woman, paid)
        first = min(any_, rule["missing_mm"])
        # Women that a post lacks, or women instead of whoever is cheapest: whichever costs less.
        bound += least * first + (asked_women and min(asked_women * WOMAN_MM, asked_women * (woman - first)))
        bound += sum(min(0, any_ - gain) for gain in gains)
    slack = 2 + len(people) + sum(shifts * rules(stations[post])["police_max"] for post in posts)
    need(abs(cost - said["cost_mm"]) <= 4 * slack, f"placing officers costs {cost} mm, certified {said['cost_mm']}")
    need(said["bound_mm"] <= bound + 4 * slack, f"the bound {said['bound_mm']} mm is not proven ({bound})")
    need(said["bound_mm"] <= cost + 4 * slack, "the bound of placing officers is above its cost")
    count = Counter(people[code]["unit_code"] for code in able)
    may_leave = {unit: min(free[unit], count[unit]) for unit in units}
    unmet_bound = max(0, needed - sum(may_leave.values()))
    for unit, row in units.items():
        if row["home"] in short_at_home:
            short_at_home[row["home"]] -= may_leave[unit]
    lent_bound = max(0, sum(max(0, number) for number in short_at_home.values()) - unmet_bound)
    need(said["lent"] == lent and said["lent_bound"] == lent_bound, "other lent officers than certified")
    print(f"officers by name: cost {cost} mm, proven bound {bound} mm")
    return {
        "officers": len(rows),
        "unmet": missing,
        "lower_bound_unmet": unmet_bound,
        "officers_needed": needed,
        "lent": lent,
        "lower_bound_lent": lent_bound,
        "officers_travel_m": travelled,
        "officers_barred": len(barred),
        "women_unmet": women_missing,
        "shifts": shifts,
        "pins": len(pins),
    }


def check_reaction(asked, stations, certificate):
    """Whether the chosen sites reach what is said, and no others can reach more than the bound."""
    said = certificate["reaction"]
    sites = {row["code"]: (float(row["lat"]), float(row["lon"])) for row in table(asked.sites)}
    chosen = [row["site"] for row in table(asked.plan / "reaction.csv")]
    need(set(chosen) <= set(sites) and len(set(chosen)) == len(chosen) == said["teams"], "reaction.csv: other sites")
    known = all(station["voters"] for station in stations.values())
    prices, covered, kept, earned = said["prices"], 0, 0, Counter({site: 0 for site in sites})
    for code, station in stations.items():
        weight = (1 + CLASSES.index(station["class"])) * (int(station["voters"]) if known else 1)
        price = prices.get(code, 0)
        need(0 <= price <= 1000 * weight, f"station {code}: a price that proves nothing")
        near = [site for site, at in sites.items() if round(1000 * metres(station["at"], at)) <= 1000 * said["reach_m"]]
        covered += weight * any(site in chosen for site in near)
        kept += 1000 * weight - price if near else 0
        for site in near:
            earned[site] += price
    bound = (kept + sum(sorted(earned.values())[-said["teams"] :])) // 1000
    need(covered == said["weight"], f"reaction forces reach {covered}, certified {said['weight']}")
    need(covered <= said["bound"] and said["bound"] >= bound, f"the bound {said['bound']} is not proven ({bound})")
    print(f"reaction: weight {covered}, proven at most {bound}")


def middles_of(stations, units, posts):
    """The middle of each regency's posts on the sphere, as the certificate's model takes it."""

    def on_sphere(at):
        y, x = map(math.radians, at)
        return math.cos(y) * math.cos(x), math.cos(y) * math.sin(x), math.sin(y)

    sums, everywhere = {}, [0.0, 0.0, 0.0]
    for post in posts:
        point = on_sphere(stations[post]["at"])
        held = sums.setdefault(stations[post]["regency_code"], [0.0, 0.0, 0.0])
        for k in range(3):
            held[k] += point[k]
            everywhere[k] += point[k]
    for unit in units.values():
        if unit["home"]:
            sums.setdefault(unit["home"], everywhere)
    return {
        code: (math.degrees(math.atan2(z, math.hypot(x, y))), math.degrees(math.atan2(y, x)))
        for code, (x, y, z) in sums.items()
    }


def read(asked):
    """Stations and units by code, a function from a station to its pattern."""
    certificate = json.loads((asked.plan / "certificate.json").read_text())
    rows = table(asked.stations)
    known = defaultdict(list)
    for row in rows:
        if row["lat"]:
            known[row["village_code"]].append((float(row["lat"]), float(row["lon"])))
    stations = {}
    for row in rows:
        need(row["code"] not in stations and row["class"] in CLASSES, f"station {row['code']}: twice, or of no class")
        if row["lat"]:
            at = (float(row["lat"]), float(row["lon"]))
            need(row["code"] not in certificate["filled"], f"station {row['code']} has a point and was given another")
        else:
            others = known[row["village_code"]]
            need(others, f"station {row['code']} has no point, nor has its village")
            at = tuple(sum(point[k] for point in others) / len(others) for k in (0, 1))
            at_said = certificate["filled"].get(row["code"], (FAR, FAR))
            need(
                max(abs(a - b) for a, b in zip(at, at_said, strict=True)) < 1e-9,
                f"station {row['code']} was put elsewhere",
            )
            at = tuple(at_said)
        stations[row["code"]] = {**row, "at": at}
    units = {}
    for row in table(asked.units):
        home = "" if row["level"].lower() in LENT_LEVELS else row["regency_code"]
        free = int(row["officers"]) - int(row["reserve"] or 0)
        units[row["code"]] = {
            "at": (float(row["lat"]), float(row["lon"])),
            "home": home,
            "free": free,
            "reserve": int(row["reserve"] or 0),
        }
    patterns = {}
    for row in table(asked.patterns):
        price = 1 + CLASSES.index(row["class"])
        patterns[row.get("regency_code", ""), row["class"]] = {
            "police_min": int(row["police_min"]),
            "police_max": int(row["police_max"]),
            "stations": int(row["stations"]),
            "linmas": int(row["linmas"]),
            "radius": float(row["radius_m"]) if row["radius_m"] else FAR,
            "missing_mm": MISSING_MM * price,
            "women_min": int(row.get("women_min") or 0),
        }

    def rules(station):
        own = patterns.get((station["regency_code"], station["class"]))
        return own or patterns["", station["class"]]

    return certificate, stations, units, rules


def sharing_a_point(stations):
    """How many stations stand exactly where another one stands."""
    counts = Counter(station["at"] for station in stations.values())
    return sum(count for count in counts.values() if count > 1)


def check_summary(summary, counted, stations, certificate):
    """Every figure of summary.json, and that the certificate says the same."""
    parameters = certificate["parameters"]
    for name, value in (
        ("missing_mm", MISSING_MM),
        ("lent_mm", LENT_MM),
        ("extra_mm", EXTRA_MM),
        ("distance", DISTANCE),
    ):
        need(parameters[name] == value, f"the certificate says {name} {parameters[name]}, the model {value}")
    # Each of these is rounded, the bound for every group by itself.
    off = {
        "travel_m": 0.001 + 1e-6 * stations,
        "lower_bound_travel_m": 0.001 * (1 + len(certificate["groups"])),
        "officers_travel_m": 0.001 + 0.002 * counted["officers"],
    }
    for name, value in counted.items():
        need(
            abs(summary[name] - value) <= off.get(name, 0), f"summary.json: {name} is {summary[name]}, counted {value}"
        )
    # From the two figures as published, never rounded down; null where no bound above zero is known.
    gap = 0.0 if counted["posts"] == stations else None
    if summary["lower_bound_travel_m"] > 0:
        gap = max(0.0, summary["travel_m"] / summary["lower_bound_travel_m"] - 1)
    same = summary["gap"] == gap if gap is None or summary["gap"] is None else -1e-9 <= summary["gap"] - gap <= 2e-6
    need(same, f"summary.json: gap is {summary['gap']}, counted {gap}")
    for name in ("rounds", "cut_short"):
        need(summary[name] == parameters[name], f"summary.json: {name} is not that of the certificate")
    need(summary["seconds"] >= 0, "summary.json: seconds are below zero")
    known = {*counted, "gap", "rounds", "cut_short", "seconds"}
    need(set(summary) == known, f"summary.json: missing or unknown figures: {sorted(set(summary) ^ known)}")
    said = {name: summary[name] for name in known - {"seconds", "stations_at_shared_points"}}
    need(certificate["summary"] == said, "the summary in the certificate is another one than summary.json")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("stations", "units", "patterns"):
        parser.add_argument(f"--{name}", required=True, type=Path)
    parser.add_argument("--officers", type=Path)
    parser.add_argument("--closed", type=Path)
    parser.add_argument("--sites", type=Path)
    parser.add_argument(
        "plan", type=Path, help="the folder with posts.csv, assignments.csv, summary.json, certificate.json"
    )
    asked = parser.parse_args()
    try:
        check(asked)
    except OSError as error:
        need(False, f"{error.filename}: {error.strerror}")
    except Exception as error:
        # A plan or table in whatever state is a finding, never a crash.
        need(False, f"cannot be read as a plan ({type(error).__name__}: {error})")
    for what in wrong[:50]:
        print("WRONG:", what)
    print("everything holds" if not wrong else f"{len(wrong)} things do not hold")
    return 1 if wrong else 0


def check(asked):
    """Everything; what does not hold is in `wrong`."""
    certificate, stations, units, rules = read(asked)
    need(certificate["format"] == "sinergi-plan/1", "an unknown kind of certificate")
    inputs = INPUTS | {name for name in ("officers", "closed", "sites") if getattr(asked, name)}
    outputs = OUTPUTS | ({"officers.csv"} if asked.officers else set()) | ({"reaction.csv"} if asked.sites else set())
    need(set(certificate["inputs"]) == inputs, "the certificate does not name the tables it was made from")
    need(set(certificate["outputs"]) == outputs, "the certificate does not name the tables of the plan")
    for name in sorted(inputs & set(certificate["inputs"])):
        file = certificate["inputs"][name]
        digest = hashlib.sha256(getattr(asked, name).read_bytes()).hexdigest()
        need(digest == file["sha256"], f"{name}: another file than the plan was made from")
    for name in sorted(outputs & set(certificate["outputs"])):
        file = certificate["outputs"][name]
        digest = hashlib.sha256((asked.plan / name).read_bytes()).hexdigest()
        need(digest == file["sha256"], f"{name} was changed after the plan")
    plan, sent = table(asked.plan / "posts.csv"), table(asked.plan / "assignments.csv")
    summary = json.loads((asked.plan / "summary.json").read_text())
    counted = check_posts(stations, rules, plan, certificate)
    if asked.officers:
        counted |= check_names(asked, stations, units, rules, plan, sent, certificate)
    else:
        counted |= check_officers(stations, units, rules, plan, sent, certificate)
    if asked.sites:
        check_reaction(asked, stations, certificate)
    counted["stations_at_shared_points"] = sharing_a_point(stations)
    check_summary(summary, counted, len(stations), certificate)
    print(
        f"posts {counted['posts']}, proven at least {counted['lower_bound_posts']}; "
        f"metres {counted['travel_m']:.3f}, proven at least {counted['lower_bound_travel_m']:.3f}"
    )
    print(f"officers {counted['officers']}, missing {counted['unmet']}, proven at least {counted['lower_bound_unmet']}")


if __name__ == "__main__":
    sys.exit(main())
