/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stats.c: order statistics and distributions; see stats.h for definitions and sources. */
#include "analysis/stats/stats.h"

#include <math.h>
#include <stdlib.h>

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

void stats_sort(double *v, size_t n)
{
	if (n > 1)
		qsort(v, n, sizeof(*v), compare_doubles);
}

double stats_quantile_sorted(const double *v, size_t n, double p)
{
	double h = (double)(n - 1) * p;
	size_t j = (size_t)h;
	double g = h - (double)j;
	double q;

	if (j >= n - 1)
		return v[n - 1];
	if (g <= 0 || v[j] == v[j + 1])
		return v[j];
	/* Weighted rather than v[j] + g * difference: the difference of huge values overflows. */
	q = (1 - g) * v[j] + g * v[j + 1];
	return fmin(fmax(q, v[j]), v[j + 1]);
}

double stats_median_sorted(const double *v, size_t n)
{
	return stats_quantile_sorted(v, n, 0.5);
}

double stats_mean(const double *v, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += v[i] / (double)n;
	return sum;
}

double stats_sd(const double *v, size_t n)
{
	double mean = n ? stats_mean(v, n) : 0, sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (v[i] - mean) * (v[i] - mean);
	return n > 1 ? sqrt(sum / (double)(n - 1)) : 0;
}

struct interval stats_wilson(size_t k, size_t n, double level)
{
	double z = dist_normal_quantile(0.5 + level / 2), count = (double)n;
	double p = (double)k / count, scale = 1 + z * z / count;
	double centre = (p + z * z / (2 * count)) / scale;
	double half = z / scale * sqrt(p * (1 - p) / count + z * z / (4 * count * count));

	return (struct interval){ true, k ? fmax(0, centre - half) : 0,
				  k < n ? fmin(1, centre + half) : 1 };
}

/* --- distributions ------------------------------------------------------------------------ */

double dist_normal_cdf(double z)
{
	return 0.5 * erfc(-z * M_SQRT1_2);
}

/* Coefficients from the highest power down. */
static double polynomial(const double *c, size_t n, double x)
{
	double sum = c[0];

	for (size_t i = 1; i < n; i++)
		sum = sum * x + c[i];
	return sum;
}

#define TERMS 8

/* Numerator and denominator of AS 241's three rational approximations. */
static const double centre[2][TERMS] = {
	{ 2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4,
	  4.5921953931549871457e4, 1.3731693765509461125e4, 1.9715909503065514427e3,
	  1.3314166789178437745e2, 3.3871328727963666080e0 },
	{ 5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4,
	  2.1213794301586595867e4, 5.3941960214247511077e3, 6.8718700749205790830e2,
	  4.2313330701600911252e1, 1 },
};
static const double middle[2][TERMS] = {
	{ 7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1,
	  1.27045825245236838258e0, 3.64784832476320460504e0, 5.76949722146069140550e0,
	  4.63033784615654529590e0, 1.42343711074968357734e0 },
	{ 1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2,
	  1.48103976427480074590e-1, 6.89767334985100004550e-1, 1.67638483018380384940e0,
	  2.05319162663775882187e0, 1 },
};
static const double tail[2][TERMS] = {
	{ 2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3,
	  2.65321895265761230930e-2, 2.96560571828504891230e-1, 1.78482653991729133580e0,
	  5.46378491116411436990e0, 6.65790464350110377720e0 },
	{ 2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5,
	  7.86869131145613259100e-4, 1.48753612908506148525e-2, 1.36929880922735805310e-1,
	  5.99832206555887937690e-1, 1 },
};

static double rational(const double c[2][TERMS], double x)
{
	return polynomial(c[0], TERMS, x) / polynomial(c[1], TERMS, x);
}

double dist_normal_quantile(double p)
{
	double q = p - 0.5, r, z;

	if (fabs(q) <= 0.425)
		return q * rational(centre, 0.180625 - q * q);
	r = sqrt(-log(q < 0 ? p : 1 - p));
	z = r <= 5 ? rational(middle, r - 1.6) : rational(tail, r - 5);
	return q < 0 ? -z : z;
}

/* The C library's lgamma writes a global. */
static double log_gamma(double x)
{
	int sign;

	return lgamma_r(x, &sign);
}

/* The even and the odd numerators of 26.5.8 in turn. */
static double beta_term(double a, double b, double x, unsigned step)
{
	double m = step / 2;

	if (step % 2 == 0)
		return m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
	return -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
}

static double away_from_zero(double v)
{
	return fabs(v) < 1e-300 ? 1e-300 : v;
}

/* 1 + d1 / (1 + d2 / (1 + ...)), for x below (a + 1) / (a + b + 2), where it converges quickly. */
static double beta_fraction(double a, double b, double x)
{
	double f = 1, c = 1, d = 0;

	for (unsigned step = 1; step <= 1000; step++) {
		double term = beta_term(a, b, x, step);

		d = 1 / away_from_zero(1 + term * d);
		c = away_from_zero(1 + term / c);
		f *= c * d;
		if (fabs(c * d - 1) < 1e-16)
			break;
	}
	return f;
}

/* The regularised incomplete beta function I_x(a, b). */
static double beta_inc(double a, double b, double x)
{
	double front;

	if (x <= 0)
		return 0;
	if (x >= 1)
		return 1;
	if (x > (a + 1) / (a + b + 2))
		return 1 - beta_inc(b, a, 1 - x);
	front = exp(log_gamma(a + b) - log_gamma(a) - log_gamma(b) + a * log(x) + b * log1p(-x)) /
		a;
	return front / beta_fraction(a, b, x);
}

double dist_t_cdf(double t, double df)
{
	double half = 0.5 * beta_inc(df / 2, 0.5, df / (df + t * t));

	return t < 0 ? half : 1 - half;
}

static double t_density(double t, double df)
{
	return exp(log_gamma((df + 1) / 2) - log_gamma(df / 2) - (df + 1) / 2 * log1p(t * t / df)) /
	       sqrt(df * M_PI);
}

double dist_t_quantile(double p, double df)
{
	bool upper = p > 0.5;
	double q = upper ? 1 - p : p; /* the lower tail keeps its digits */
	double low = -1, high = 0, t = dist_normal_quantile(q);

	while (dist_t_cdf(low, df) > q && low > -1e150)
		low *= 2;
	for (int i = 0; i < 200; i++) {
		double miss = dist_t_cdf(t, df) - q, next;

		if (miss < 0)
			low = t > low ? t : low;
		else
			high = t < high ? t : high;
		next = t - miss / t_density(t, df);
		if (!(next > low && next < high)) /* not a number neither */
			next = low + (high - low) / 2;
		if (fabs(next - t) <= 4e-16 * fabs(t))
			break;
		t = next;
	}
	return upper ? -t : t;
}
