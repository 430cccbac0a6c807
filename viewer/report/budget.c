/*
 * Absolute limits.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "budget.h"
#include "figures.h"

static const struct {
    const char *word;
    double quantile;
} quantiles[] = {
    { "median ", 0.5 }, { "p90 ", 0.9 }, { "p95 ", 0.95 },
    { "p99 ", 0.99 },   { "max ", 1 },
};

static const struct {
    const char *name;
    double ns;
} units[] = { { "ns", 1 }, { "us", 1e3 }, { "ms", 1e6 }, { "s", 1e9 } };

/* "1.2s" and so on; negative: it is none. */
static double parse_time(const char *text)
{
    char *end;
    double value = g_ascii_strtod(text, &end);

    end += strspn(end, " ");
    for (size_t i = 0; end != text && i < G_N_ELEMENTS(units); i++) {
        if (!strcmp(end, units[i].name) && value >= 0 && isfinite(value)) {
            return value * units[i].ns;
        }
    }
    return -1;
}

Budget *budget_parse(const char *text, char **error)
{
    const char *at = strstr(text, "<="), *name = text;
    double limit = at ? parse_time(at + 2) : -1;
    double quantile = 0.5;
    Budget *b;

    for (size_t i = 0; at && i < G_N_ELEMENTS(quantiles); i++) {
        if (g_str_has_prefix(name, quantiles[i].word)) {
            name += strlen(quantiles[i].word);
            quantile = quantiles[i].quantile;
            break;
        }
    }
    if (!at || at <= name || limit < 0) {
        *error = g_strdup_printf("'%s' is not a budget such as "
                                 "'Total<=1.2s' or 'p95 Total<=1500ms'",
                                 text);
        return NULL;
    }
    b = g_new0(Budget, 1);
    b->text = g_strdup(text);
    b->name = g_strstrip(g_strndup(name, at - name));
    b->quantile = quantile;
    b->limit = limit;
    return b;
}

void budget_free(Budget *b)
{
    if (b) {
        g_free(b->text);
        g_free(b->name);
        g_free(b);
    }
}

GPtrArray *budgets_parse(char *const *texts, char **error)
{
    g_autoptr(GPtrArray) all =
        g_ptr_array_new_with_free_func((GDestroyNotify)budget_free);

    for (; texts && *texts; texts++) {
        Budget *b = budget_parse(*texts, error);

        if (!b) {
            return NULL;
        }
        g_ptr_array_add(all, b);
    }
    return g_steal_pointer(&all);
}

static int compare(const void *x, const void *y)
{
    double a = *(const double *)x, b = *(const double *)y;

    return a < b ? -1 : a > b;
}

/* Of @m's values, and of a zero for each of @unseen, which is not less. */
static double quantile(const Measure *m, guint unseen, double q)
{
    guint n = m ? m->values->len : 0;
    g_autofree double *sorted = g_new0(double, n + unseen + 1);

    if (n) {
        memcpy(sorted, m->values->data, n * sizeof(*sorted));
    }
    qsort(sorted, n + unseen, sizeof(*sorted), compare);
    return n + unseen ? stats_quantile(sorted, n + unseen, q) : NAN;
}

/* Missing is not good; what nobody saw is neither good nor bad. */
static BudgetVerdict judge(const Measure *m, const BudgetResult *r)
{
    double q = r->budget->quantile, limit = r->budget->limit;

    if (r->lacking > r->unseen || quantile(m, r->unseen, q) > limit) {
        return BUDGET_BROKEN;
    }
    return r->unseen || !m ? BUDGET_UNKNOWN : BUDGET_KEPT;
}

GArray *budgets_check(const GPtrArray *budgets, const Sample *s)
{
    GArray *results = g_array_new(FALSE, FALSE, sizeof(BudgetResult));

    for (guint i = 0; budgets && i < budgets->len; i++) {
        const Budget *b = g_ptr_array_index(budgets, i);
        const Measure *m = sample_find_title(s, b->name);
        g_autoptr(GArray) lacking = sample_lacking(s, m);
        BudgetResult r = {
            .budget = b,
            .value = quantile(m, 0, b->quantile),
            .lacking = lacking->len,
            .unseen = sample_count_unseen(s, lacking),
        };

        r.verdict = judge(m, &r);
        g_array_append_val(results, r);
    }
    return results;
}

guint budgets_count(const GArray *results, BudgetVerdict verdict)
{
    guint n = 0;

    for (guint i = 0; i < results->len; i++) {
        n += g_array_index(results, BudgetResult, i).verdict == verdict;
    }
    return n;
}

const char *budget_verdict_name(BudgetVerdict verdict)
{
    static const char *const names[] = {
        [BUDGET_KEPT] = "kept",
        [BUDGET_BROKEN] = "broken",
        [BUDGET_UNKNOWN] = "cannot tell",
    };

    return names[verdict];
}

void append_budget_lacking(GString *out, const BudgetResult *r)
{
    if (!r->lacking) {
        return;
    }
    g_string_append_printf(out, " (%u boot%s without it", r->lacking,
                           r->lacking == 1 ? "" : "s");
    if (r->unseen) {
        g_string_append_printf(out, ", %u of them with dropped records",
                               r->unseen);
    }
    g_string_append_c(out, ')');
}

void budgets_print(const GArray *results)
{
    for (guint i = 0; i < results->len; i++) {
        const BudgetResult *r = &g_array_index(results, BudgetResult, i);
        g_autoptr(GString) lacking = g_string_new(NULL);
        char value[G_ASCII_DTOSTR_BUF_SIZE];

        format_ms(value, sizeof(value), r->value);
        append_budget_lacking(lacking, r);
        printf("%sbudget %s: %s ms, %s%s\n", i ? "" : "\n", r->budget->text,
               value,
               r->verdict == BUDGET_BROKEN ? "BROKEN"
                                           : budget_verdict_name(r->verdict),
               lacking->str);
    }
}

void budgets_put(JsonOut *j, const GArray *results)
{
    json_out_begin_array(j, "budgets");
    for (guint i = 0; i < results->len; i++) {
        const BudgetResult *r = &g_array_index(results, BudgetResult, i);

        json_out_begin_object(j, NULL);
        json_out_string(j, "budget", r->budget->text);
        json_out_string(j, "name", r->budget->name);
        json_out_double(j, "limit_ns", r->budget->limit);
        json_out_double(j, "value_ns", r->value);
        json_out_int(j, "lacking", r->lacking);
        json_out_int(j, "unseen", r->unseen);
        json_out_bool(j, "met", r->verdict == BUDGET_KEPT);
        json_out_string(j, "verdict", budget_verdict_name(r->verdict));
        json_out_end_object(j);
    }
    json_out_end_array(j);
}
