/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rng.h: seeded random numbers, the same on every machine. SplitMix64: Steele, Lea, Flood, OOPSLA
 * 2014; also the seeder that Blackman and Vigna prescribe for xoshiro. Passes BigCrush; one add and
 * two multiplies, so the load generator can call it inside the timed loop.
 */
#ifndef FSDUEL_LIB_RNG_H
#define FSDUEL_LIB_RNG_H

#include <stdint.h>

struct rng {
	uint64_t state;
};

static inline uint64_t rng_next(struct rng *r)
{
	uint64_t z = (r->state += 0x9e3779b97f4a7c15u);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

/* Uniform in [0, n), n > 0, bias below n / 2^64 (Lemire 2019 without the rejection step). */
static inline uint64_t rng_below(struct rng *r, uint64_t n)
{
	return (uint64_t)(((unsigned __int128)rng_next(r) * n) >> 64);
}

/* A seed for stream b of the family seeded with a: streams do not overlap in practice. */
static inline uint64_t rng_mix(uint64_t a, uint64_t b)
{
	struct rng r = { a ^ (b * 0xd1342543de82ef95u + 0x2545f4914f6cdd1du) };

	return rng_next(&r);
}

#endif
