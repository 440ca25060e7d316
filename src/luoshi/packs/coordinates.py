"""GCJ-02 (the shifted system of Chinese map services) and WGS-84, both ways, without any service.

The shift is the published approximation: sums of sines over the offsets from 105° E, 35° N, turned from metres into
degrees on the Krasovsky 1940 ellipsoid. The way back is found by repeated correction; it converges to well under 1 m.
The formula itself stands for the official, secret one only to about a metre or two.
"""

import math

AXIS = 6378245.0
"""Semi-major axis of the Krasovsky 1940 ellipsoid, metres."""
ECCENTRICITY = 0.00669342162296594323
"""Its first eccentricity, squared."""
ENOUGH = 1e-9
"""Degrees (0.1 mm) at which the way back stops."""


def in_china(lat: float, lon: float) -> bool:
    """Whether the shift applies: the box 0.8293–55.8271° N, 72.004–137.8347° E that map services use."""
    return 0.8293 <= lat <= 55.8271 and 72.004 <= lon <= 137.8347


def wgs84_to_gcj02(lat: float, lon: float) -> tuple[float, float]:
    """Latitude and longitude in GCJ-02 of a WGS-84 place; outside China unchanged."""
    if not in_china(lat, lon):
        return lat, lon
    north, east = _shift_metres(lon - 105.0, lat - 35.0)
    root = 1 - ECCENTRICITY * math.sin(math.radians(lat)) ** 2
    meridian = AXIS * (1 - ECCENTRICITY) / root**1.5
    parallel = AXIS / math.sqrt(root) * math.cos(math.radians(lat))
    return lat + math.degrees(north / meridian), lon + math.degrees(east / parallel)


def gcj02_to_wgs84(lat: float, lon: float) -> tuple[float, float]:
    """Latitude and longitude in WGS-84 of a GCJ-02 place; outside China unchanged."""
    if not in_china(lat, lon):
        return lat, lon
    guess_lat, guess_lon = lat, lon
    for _ in range(30):
        there_lat, there_lon = wgs84_to_gcj02(guess_lat, guess_lon)
        miss_lat, miss_lon = lat - there_lat, lon - there_lon
        guess_lat, guess_lon = guess_lat + miss_lat, guess_lon + miss_lon
        if abs(miss_lat) < ENOUGH and abs(miss_lon) < ENOUGH:
            break
    return guess_lat, guess_lon


def _shift_metres(x: float, y: float) -> tuple[float, float]:
    """The shift to the north and to the east in metres; x, y are degrees from 105° E, 35° N."""
    common = (_wave(6 * x, 20) + _wave(2 * x, 20)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x)) + common
    north += (_wave(y, 20) + _wave(y / 3, 40)) * 2 / 3
    north += (_wave(y / 12, 160) + _wave(y / 30, 320)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x)) + common
    east += (_wave(x, 20) + _wave(x / 3, 40)) * 2 / 3
    east += (_wave(x / 12, 150) + _wave(x / 30, 300)) * 2 / 3
    return north, east


def _wave(half_turns: float, height: float) -> float:
    return height * math.sin(half_turns * math.pi)
