/*
 * Welch's t-test, which the gate of this program used to be made of.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <math.h>

#include "welch.h"

/* Keeps the continued fraction away from a division by zero. */
static double not_zero(double x)
{
    return fabs(x) < 1e-300 ? 1e-300 : x;
}

/*
 * The continued fraction of I_x(a, b) by Lentz's method; it converges fast
 * for x < (a + 1) / (a + b + 2).  NIST's Digital Library of Mathematical
 * Functions, 8.17.22, has the coefficients.
 */
static double beta_fraction(double a, double b, double x)
{
    double c = 1;
    double d = 1 / not_zero(1 - (a + b) * x / (a + 1));
    double f = d;

    for (int m = 1; m < 10000; m++) {
        double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        double odd =
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        double step;

        d = 1 / not_zero(1 + even * d);
        c = not_zero(1 + even / c);
        f *= c * d;
        d = 1 / not_zero(1 + odd * d);
        c = not_zero(1 + odd / c);
        step = c * d;
        f *= step;
        if (fabs(step - 1) < 1e-15) {
            break;
        }
    }
    return f;
}

static double incomplete_beta(double a, double b, double x)
{
    double front;

    if (x <= 0 || x >= 1) {
        return x <= 0 ? 0 : 1;
    }
    front =
        exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x));
    if (x < (a + 1) / (a + b + 2)) {
        return front * beta_fraction(a, b, x) / a;
    }
    return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

static double t_probability(double t, double df)
{
    if (isnan(t) || isnan(df) || df <= 0) {
        return NAN;
    }
    if (isinf(t)) {
        return 0;
    }
    return incomplete_beta(df / 2, 0.5, df / (df + t * t));
}

double welch_p(const StatsSummary *a, const StatsSummary *b)
{
    double va = a->sd * a->sd / a->n, vb = b->sd * b->sd / b->n, sum = va + vb;
    double df;

    if (a->n < 2 || b->n < 2) {
        return NAN;
    }
    if (sum <= 0) {
        return a->mean == b->mean ? 1 : 0;
    }
    df = sum * sum / (va * va / (a->n - 1) + vb * vb / (b->n - 1));
    return t_probability((b->mean - a->mean) / sqrt(sum), df);
}
