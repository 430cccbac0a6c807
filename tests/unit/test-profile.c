/*
 * Profiles: the index by time, and calls before an address.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "viewer/report/report.h"
#include "viewer/symbols/call-site.h"

#define SAMPLES 20000
#define HZ 1000
#define MS 1000000

static void feed(Profile *p, uint64_t time, uint16_t ticks, uint16_t vcpu)
{
    static const uint8_t no_stack[1];
    CaptureRecord rec = { .kind = CAPTURE_SAMPLE, .time = time };

    rec.u.sample.stack = no_stack;
    rec.u.sample.head.ticks = ticks;
    rec.u.sample.head.vcpu = vcpu;
    rec.u.sample.head.pc = 0x100000 * (1 + time % 3);
    profile_record(p, &rec);
}

/* Times that go back and forth a bit, some ticks that reach far back. */
static Profile *make_profile(Symbols *symbols, GRand *rand)
{
    Profile *p = profile_new(symbols);
    CaptureRecord rec = { .kind = CAPTURE_PROFILE };

    rec.u.profile.hz = HZ;
    profile_record(p, &rec);
    for (guint i = 0; i < SAMPLES; i++) {
        uint64_t time =
            (uint64_t)(i + 100) * MS + g_rand_int_range(rand, 0, 5 * MS);

        feed(p, time, i % 997 ? 1 : g_rand_int_range(rand, 1, 3000), i % 4);
    }
    return p;
}

static void check_range(const Profile *p, const ProfileRange *range)
{
    g_autoptr(ProfileTable) t = profile_table(p, range);
    g_autoptr(ProfileTally) tally = profile_tally_new(p, range);
    g_autoptr(ProfileTable) in_steps = NULL;
    uint64_t ticks = 0;

    for (guint i = 0; i < profile_samples(p); i++) {
        ticks += profile_ticks_in(p, profile_sample(p, i), range);
    }
    g_assert_cmpuint(t->ticks, ==, ticks);
    while (profile_tally_on(tally, 77)) {
        /* until it is done */
    }
    in_steps = profile_tally_table(tally);
    g_assert_cmpuint(in_steps->ticks, ==, ticks);
    g_assert_cmpuint(in_steps->rows->len, ==, t->rows->len);
    for (guint i = 0; i < t->rows->len; i++) {
        g_assert_cmpint(memcmp(&g_array_index(t->rows, ProfileRow, i),
                               &g_array_index(in_steps->rows, ProfileRow, i),
                               sizeof(ProfileRow)),
                        ==, 0);
    }
}

static void test_ranges(void)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(21);
    Symbols *symbols = symbols_new();
    Profile *p = make_profile(symbols, rand);

    for (int sorted = 0; sorted < 2; sorted++) {
        for (int i = 0; i < 200; i++) {
            uint64_t from = g_rand_int_range(rand, 0, SAMPLES + 200);
            uint64_t len = g_rand_int_range(rand, 0, i % 2 ? 50 : SAMPLES);
            ProfileRange range = { from * MS, (from + len) * MS };

            check_range(p, &range);
        }
        check_range(p, &(ProfileRange){ 0, UINT64_MAX });
        check_range(p, &(ProfileRange){ UINT64_MAX, UINT64_MAX });
        profile_sort(p);
    }
    profile_free(p);
    symbols_free(symbols);
}

/* A short range of a long profile is not a look at each sample. */
static void test_few_are_looked_at(void)
{
    Symbols *symbols = symbols_new();
    Profile *p = profile_new(symbols);
    const ProfileRange range = { UINT64_C(300000) * MS, UINT64_C(300010) * MS };
    CaptureRecord rec = { .kind = CAPTURE_PROFILE };
    guint looked = 0;

    rec.u.profile.hz = HZ;
    profile_record(p, &rec);
    for (guint i = 0; i < 600000; i++) {
        feed(p, (uint64_t)i * MS, 1, 0);
    }
    for (guint i = profile_next(p, 0, &range); i < profile_samples(p);
         i = profile_next(p, i + 1, &range)) {
        looked++;
    }
    g_assert_cmpuint(looked, >=, 10);
    g_assert_cmpuint(looked, <=, 2048);
    profile_free(p);
    symbols_free(symbols);
}

/* Samples that come meanwhile, another session, one vCPU. */
static void test_grows(void)
{
    Symbols *symbols = symbols_new();
    Profile *p = profile_new(symbols);
    g_autoptr(ProfileTally) tally =
        profile_tally_new(p, &(ProfileRange){ 0, UINT64_MAX });
    CaptureRecord session = { .kind = CAPTURE_SESSION };

    profile_only_vcpu(p, 1);
    for (guint i = 0; i < 5000; i++) {
        feed(p, (uint64_t)(i + 1) * MS, 1, i % 2);
        if (i % 100 == 99) {
            g_autoptr(ProfileTable) t = NULL;

            profile_tally_on(tally, UINT_MAX);
            t = profile_tally_table(tally);
            g_assert_cmpuint(t->samples, ==, (i + 1) / 2);
        }
    }
    g_assert_cmpuint(profile_vcpus(p), ==, 2);
    profile_record(p, &session);
    feed(p, MS, 1, 1);
    profile_tally_on(tally, UINT_MAX);
    {
        g_autoptr(ProfileTable) t = profile_tally_table(tally);

        g_assert_cmpuint(t->samples, ==, 1);
    }
    profile_free(p);
    symbols_free(symbols);
}

static void test_calls(void)
{
    static const struct {
        const char *bytes;
        size_t len;
        CallSite site;
        int32_t offset;
    } cases[] = {
        { "\x90\x90\xe8\x10\x00\x00\x00", 7, CALL_DIRECT, 0x10 },
        { "\xe8\xf0\xff\xff\xff", 5, CALL_DIRECT, -16 },
        { "\x66\xe8\x00\x01\x00\x00", 6, CALL_DIRECT, 0x100 },
        { "\xff\xd0", 2, CALL_INDIRECT, 0 }, /* call *%eax */
        { "\x90\xff\x53\x08", 4, CALL_INDIRECT, 0 }, /* *8(%ebx) */
        { "\xff\x54\x24\x04", 4, CALL_INDIRECT, 0 }, /* *4(%esp) */
        { "\xff\x15\x78\x56\x34\x12", 6, CALL_INDIRECT, 0 },
        { "\xff\x14\x85\x78\x56\x34\x12", 7, CALL_INDIRECT, 0 },
        { "\xff\x94\x24\x78\x56\x34\x12", 7, CALL_INDIRECT, 0 },
        { "\xff\xe0", 2, CALL_NONE, 0 }, /* jmp *%eax */
        { "\xe9\x10\x00\x00\x00", 5, CALL_NONE, 0 },
        { "\x90\x90\x90\x90\x90\x90\x90", 7, CALL_NONE, 0 },
        { "\xd0", 1, CALL_NONE, 0 },
        { "", 0, CALL_NONE, 0 },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        int32_t offset = 0;
        g_autofree uint8_t *code = g_memdup2(cases[i].bytes, cases[i].len);

        g_assert_cmpint(call_site_x86(code, cases[i].len, &offset), ==,
                        cases[i].site);
        g_assert_cmpint(offset, ==, cases[i].offset);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/profile/ranges", test_ranges);
    g_test_add_func("/profile/few_are_looked_at", test_few_are_looked_at);
    g_test_add_func("/profile/grows", test_grows);
    g_test_add_func("/profile/calls", test_calls);
    return g_test_run();
}
