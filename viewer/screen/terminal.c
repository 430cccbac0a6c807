/*
 * The terminal, with curses.
 *
 * Signals are blocked but while terminal_wait() waits, so no handler ever
 * runs in the middle of curses.  Only a crash cannot wait: its handler writes
 * strings that were made beforehand, and leaves curses alone.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#include "capture/sigbus-handler.h"
#include "terminal.h"

static const int caught[] = {
    SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGWINCH,
};
static const int crashes[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };

static struct {
    bool started;
    bool utf8;
    bool colours;
    FILE *in; /* where keys come from */
    FILE *out;
    SCREEN *screen;
    sigset_t blocked; /* while we work */
    sigset_t unblocked; /* while we wait */
    struct sigaction old[G_N_ELEMENTS(caught)];
    struct sigaction old_crash[G_N_ELEMENTS(crashes)];
    stack_t crash_stack;
} term;

/* For signal handlers. */
static volatile sig_atomic_t got_stop, got_resize, got_end;
static char restore_text[512];
static size_t restore_len;
static struct termios cooked;
static bool have_cooked;

/* ------------------------------------------------------------------ */
/* Signals                                                             */

static void on_signal(int sig)
{
    if (sig == SIGTSTP) {
        got_stop = 1;
    } else if (sig == SIGWINCH) {
        got_resize = 1;
    } else {
        got_end = sig;
    }
}

/* Only what is safe in a signal handler; then the crash goes on. */
static void on_crash(int sig)
{
    ssize_t ignored = write(STDOUT_FILENO, restore_text, restore_len);

    (void)ignored;
    if (have_cooked) {
        signal(SIGTTOU, SIG_IGN);
        tcsetattr(STDOUT_FILENO, TCSANOW, &cooked);
    }
    signal(sig, SIG_DFL);
    raise(sig);
}

static int put_restore(int c)
{
    if (restore_len < sizeof(restore_text)) {
        restore_text[restore_len++] = c;
    }
    return c;
}

static void add_capability(const char *name)
{
    const char *text = tigetstr(name);

    if (text && text != (char *)-1) {
        tputs(text, 1, put_restore);
    }
}

static void prepare_restore(bool mouse)
{
    restore_len = 0;
    if (mouse) {
        for (const char *p = "\033[?1000l\033[?1002l\033[?1003l\033[?1006l"; *p;
             p++) {
            put_restore(*p);
        }
    }
    add_capability("sgr0");
    add_capability("rmkx");
    add_capability("cnorm");
    add_capability("rmcup");
    put_restore('\r');
}

/* A crash may be a stack that is full: its handler has one of its own. */
static void catch_crashes(void)
{
    struct sigaction sa = {
        .sa_handler = on_crash,
        .sa_flags = (int)(SA_ONSTACK | SA_RESETHAND | SA_NODEFER),
    };

    term.crash_stack.ss_size = 64 * 1024;
    term.crash_stack.ss_sp = g_malloc(term.crash_stack.ss_size);
    sigaltstack(&term.crash_stack, NULL);
    sigemptyset(&sa.sa_mask);
    for (size_t i = 0; i < G_N_ELEMENTS(crashes); i++) {
        sigaction(crashes[i], &sa, &term.old_crash[i]);
    }
    /* A truncated capture is no crash: that handler goes in front. */
    sigbus_install();
}

static void catch_signals(void)
{
    struct sigaction sa = { .sa_handler = on_signal };

    sigemptyset(&sa.sa_mask);
    sigemptyset(&term.blocked);
    for (size_t i = 0; i < G_N_ELEMENTS(caught); i++) {
        sigaddset(&term.blocked, caught[i]);
    }
    sigprocmask(SIG_BLOCK, &term.blocked, &term.unblocked);
    for (size_t i = 0; i < G_N_ELEMENTS(caught); i++) {
        sigdelset(&term.unblocked, caught[i]);
        sigaction(caught[i], &sa, &term.old[i]);
        /* nohup and the like: what was ignored stays ignored. */
        if (term.old[i].sa_handler == SIG_IGN && caught[i] != SIGWINCH) {
            sigaction(caught[i], &term.old[i], NULL);
        }
    }
}

static void release_signals(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(crashes); i++) {
        if (crashes[i] != SIGBUS) {
            sigaction(crashes[i], &term.old_crash[i], NULL);
        }
    }
    for (size_t i = 0; i < G_N_ELEMENTS(caught); i++) {
        sigaction(caught[i], &term.old[i], NULL);
    }
    sigprocmask(SIG_UNBLOCK, &term.blocked, NULL);
}

/* ------------------------------------------------------------------ */
/* Colours                                                             */

#define DEFAULT -1

/* How a style looks with 256 colours, with 8, and with none. */
static struct StyleInfo {
    const char *name;
    StyleColour rich, basic;
    attr_t mono;
} styles[STYLE_COUNT] = {
    [STYLE_NORMAL] = { "normal",
                       { DEFAULT, DEFAULT, 0 },
                       { DEFAULT, DEFAULT, 0 },
                       0 },
    [STYLE_TIME] = { "time", { 249, DEFAULT, 0 }, { DEFAULT, DEFAULT, 0 }, 0 },
    [STYLE_DELTA_TINY] = { "delta-tiny",
                           { 243, DEFAULT, 0 },
                           { DEFAULT, DEFAULT, A_DIM },
                           A_DIM },
    [STYLE_DELTA_SMALL] = { "delta-small",
                            { 71, DEFAULT, 0 },
                            { COLOR_GREEN, DEFAULT, 0 },
                            0 },
    [STYLE_DELTA_MEDIUM] = { "delta-medium",
                             { 179, DEFAULT, 0 },
                             { COLOR_YELLOW, DEFAULT, 0 },
                             0 },
    [STYLE_DELTA_LARGE] = { "delta-large",
                            { 208, DEFAULT, A_BOLD },
                            { COLOR_RED, DEFAULT, 0 },
                            A_BOLD },
    [STYLE_DELTA_HUGE] = { "delta-huge",
                           { 203, DEFAULT, A_BOLD },
                           { COLOR_RED, DEFAULT, A_BOLD },
                           A_BOLD | A_UNDERLINE },
    [STYLE_MILESTONE] = { "milestone",
                          { 80, DEFAULT, A_BOLD },
                          { COLOR_CYAN, DEFAULT, A_BOLD },
                          A_BOLD },
    [STYLE_EVENT] = { "event",
                      { 109, DEFAULT, 0 },
                      { COLOR_CYAN, DEFAULT, 0 },
                      0 },
    [STYLE_LOST] = { "lost",
                     { 231, 160, A_BOLD },
                     { COLOR_WHITE, COLOR_RED, A_BOLD },
                     A_BOLD | A_REVERSE },
    [STYLE_CURSOR] = { "cursor",
                       { 231, 24, 0 },
                       { DEFAULT, DEFAULT, A_REVERSE },
                       A_REVERSE },
    [STYLE_CURSOR_IDLE] = { "cursor-idle",
                            { 252, 237, 0 },
                            { DEFAULT, DEFAULT, A_UNDERLINE },
                            A_UNDERLINE },
    [STYLE_MATCH] = { "match",
                      { 16, 221, 0 },
                      { COLOR_BLACK, COLOR_YELLOW, 0 },
                      A_REVERSE | A_BOLD },
    [STYLE_MARK] = { "mark",
                     { 221, DEFAULT, A_BOLD },
                     { COLOR_YELLOW, DEFAULT, A_BOLD },
                     A_BOLD },
    [STYLE_TITLE] = { "title",
                      { 250, 236, 0 },
                      { DEFAULT, DEFAULT, A_UNDERLINE },
                      A_UNDERLINE },
    [STYLE_TITLE_FOCUS] = { "title-focus",
                            { 231, 238, A_BOLD },
                            { DEFAULT, DEFAULT, A_UNDERLINE | A_BOLD },
                            A_UNDERLINE | A_BOLD },
    [STYLE_FRAME] = { "frame",
                      { 240, DEFAULT, 0 },
                      { DEFAULT, DEFAULT, A_DIM },
                      0 },
    [STYLE_BAR] = { "bar", { 60, DEFAULT, 0 }, { COLOR_BLUE, DEFAULT, 0 }, 0 },
    [STYLE_BAR_RUN] = { "bar-running",
                        { 113, DEFAULT, A_BOLD },
                        { COLOR_GREEN, DEFAULT, A_BOLD },
                        A_BOLD },
    [STYLE_STATUS] = { "status",
                       { 252, 236, 0 },
                       { DEFAULT, DEFAULT, A_REVERSE },
                       A_REVERSE },
    [STYLE_LIVE] = { "live",
                     { 16, 113, A_BOLD },
                     { COLOR_BLACK, COLOR_GREEN, 0 },
                     A_BOLD },
    [STYLE_PAUSED] = { "paused",
                       { 16, 221, A_BOLD },
                       { COLOR_BLACK, COLOR_YELLOW, 0 },
                       A_BOLD },
    [STYLE_ENDED] = { "ended",
                      { 231, 60, A_BOLD },
                      { COLOR_WHITE, COLOR_BLUE, 0 },
                      A_BOLD },
    [STYLE_ERROR] = { "error",
                      { 203, DEFAULT, A_BOLD },
                      { COLOR_RED, DEFAULT, A_BOLD },
                      A_BOLD },
    [STYLE_KEY] = { "key",
                    { 221, DEFAULT, 0 },
                    { COLOR_YELLOW, DEFAULT, 0 },
                    A_BOLD },
    [STYLE_HINT] = { "hint", { 246, DEFAULT, 0 }, { DEFAULT, DEFAULT, 0 }, 0 },
    [STYLE_STREAM_1] = { "stream-1",
                         { 74, DEFAULT, 0 },
                         { COLOR_BLUE, DEFAULT, A_BOLD },
                         0 },
    { "stream-2", { 150, DEFAULT, 0 }, { COLOR_GREEN, DEFAULT, 0 }, A_BOLD },
    { "stream-3", { 176, DEFAULT, 0 }, { COLOR_MAGENTA, DEFAULT, 0 }, 0 },
    { "stream-4", { 215, DEFAULT, 0 }, { COLOR_YELLOW, DEFAULT, 0 }, A_BOLD },
    { "stream-5", { 80, DEFAULT, 0 }, { COLOR_CYAN, DEFAULT, 0 }, 0 },
    { "stream-6", { 210, DEFAULT, 0 }, { COLOR_RED, DEFAULT, 0 }, A_BOLD },
    [STYLE_PHASE_1] = { "phase-1",
                        { 255, 24, 0 },
                        { COLOR_WHITE, COLOR_BLUE, 0 },
                        A_REVERSE },
    { "phase-2", { 255, 65, 0 }, { COLOR_BLACK, COLOR_GREEN, 0 }, A_UNDERLINE },
    { "phase-3", { 255, 95, 0 }, { COLOR_WHITE, COLOR_MAGENTA, 0 }, A_REVERSE },
    { "phase-4",
      { 16, 178, 0 },
      { COLOR_BLACK, COLOR_YELLOW, 0 },
      A_UNDERLINE },
    { "phase-5", { 255, 30, 0 }, { COLOR_BLACK, COLOR_CYAN, 0 }, A_REVERSE },
    { "phase-6", { 255, 131, 0 }, { COLOR_WHITE, COLOR_RED, 0 }, A_UNDERLINE },
    { "phase-7",
      { 255, 60, 0 },
      { COLOR_WHITE, COLOR_BLUE, A_BOLD },
      A_UNDERLINE },
    { "phase-8", { 16, 136, 0 }, { COLOR_BLACK, COLOR_WHITE, 0 }, A_REVERSE },
    [STYLE_OWN_1] = { "highlight-1", { 16, 221, 0 }, { 0, 3, 0 }, A_BOLD },
    { "highlight-2", { 16, 221, 0 }, { 0, 3, 0 }, A_BOLD },
    { "highlight-3", { 16, 221, 0 }, { 0, 3, 0 }, A_BOLD },
    { "highlight-4", { 16, 221, 0 }, { 0, 3, 0 }, A_BOLD },
    { "highlight-5", { 16, 221, 0 }, { 0, 3, 0 }, A_BOLD },
    { "highlight-6", { 16, 221, 0 }, { 0, 3, 0 }, A_BOLD },
    { "highlight-7", { 16, 221, 0 }, { 0, 3, 0 }, A_BOLD },
    { "highlight-8", { 16, 221, 0 }, { 0, 3, 0 }, A_BOLD },
};

static const struct {
    const char *name;
    int number;
} colour_names[] = {
    { "default", DEFAULT },       { "black", COLOR_BLACK },
    { "red", COLOR_RED },         { "green", COLOR_GREEN },
    { "yellow", COLOR_YELLOW },   { "blue", COLOR_BLUE },
    { "magenta", COLOR_MAGENTA }, { "cyan", COLOR_CYAN },
    { "white", COLOR_WHITE },     { "brightblack", 8 },
    { "brightred", 9 },           { "brightgreen", 10 },
    { "brightyellow", 11 },       { "brightblue", 12 },
    { "brightmagenta", 13 },      { "brightcyan", 14 },
    { "brightwhite", 15 },
};

static const struct {
    const char *name;
    attr_t bit;
} attribute_names[] = {
    { "bold", A_BOLD },
    { "dim", A_DIM },
    { "underline", A_UNDERLINE },
    { "reverse", A_REVERSE },
};

static StyleColour chosen[STYLE_COUNT];
static bool is_chosen[STYLE_COUNT];
static attr_t style_attr[STYLE_COUNT];

int style_by_name(const char *name)
{
    for (int i = 0; i < STYLE_COUNT; i++) {
        if (!strcmp(styles[i].name, name)) {
            return i;
        }
    }
    return -1;
}

int colour_by_name(const char *name)
{
    guint64 number;

    for (size_t i = 0; i < G_N_ELEMENTS(colour_names); i++) {
        if (!strcmp(colour_names[i].name, name)) {
            return colour_names[i].number;
        }
    }
    return g_ascii_string_to_unsigned(name, 10, 0, 255, &number, NULL)
               ? (int)number
               : -2;
}

uint32_t attribute_by_name(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(attribute_names); i++) {
        if (!strcmp(attribute_names[i].name, name)) {
            return attribute_names[i].bit;
        }
    }
    return 0;
}

void style_set(Style style, const StyleColour *colour)
{
    chosen[style] = *colour;
    is_chosen[style] = true;
}

uint32_t style_attributes(Style style)
{
    return style_attr[style];
}

/* A colour of 16 or 256 on a terminal that has fewer. */
static int fit_colour(int colour)
{
    if (colour < COLORS) {
        return colour;
    }
    return colour < 16 ? colour % 8 : DEFAULT;
}

/* Pairs behind those of the styles, made as they are needed. */
#define GUEST_PAIRS 128

static struct {
    int foreground, background;
} guest_pairs[GUEST_PAIRS];
static int n_guest_pairs;

uint32_t terminal_colours(int foreground, int background)
{
    int limit =
        MIN(MIN(GUEST_PAIRS, COLOR_PAIRS - STYLE_COUNT - 1), 255 - STYLE_COUNT);
    int i = 0;

    foreground = foreground > 15 ? DEFAULT : fit_colour(foreground);
    background = background > 15 ? DEFAULT : fit_colour(background);
    if (!term.colours) {
        return 0;
    }
    while (i < n_guest_pairs && (guest_pairs[i].foreground != foreground ||
                                 guest_pairs[i].background != background)) {
        i++;
    }
    if (i == n_guest_pairs) {
        if (i >= limit ||
            init_pair(STYLE_COUNT + 1 + i, foreground, background) != OK) {
            return 0;
        }
        guest_pairs[i].foreground = foreground;
        guest_pairs[i].background = background;
        n_guest_pairs++;
    }
    return COLOR_PAIR(STYLE_COUNT + 1 + i);
}

static void set_up_colours(void)
{
    const char *no_color = getenv("NO_COLOR");

    n_guest_pairs = 0;
    term.colours = !(no_color && no_color[0]) && has_colors() &&
                   start_color() == OK && COLORS >= 8;
    if (term.colours) {
        use_default_colors();
    }
    for (int i = 0; i < STYLE_COUNT; i++) {
        const struct StyleInfo *s = &styles[i];
        StyleColour c = is_chosen[i]    ? chosen[i]
                        : COLORS >= 256 ? s->rich
                                        : s->basic;

        if (!term.colours) {
            style_attr[i] =
                is_chosen[i] && c.attributes ? c.attributes : s->mono;
            continue;
        }
        style_attr[i] = c.attributes;
        if (init_pair(i + 1, fit_colour(c.foreground),
                      fit_colour(c.background)) == OK) {
            style_attr[i] |= COLOR_PAIR(i + 1);
        }
    }
}

/* ------------------------------------------------------------------ */
/* Up and down                                                         */

static bool fail(GError **error, const char *text)
{
    g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, text);
    return false;
}

static bool open_keyboard(GError **error)
{
    int fd = isatty(STDIN_FILENO) ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                                  : open("/dev/tty", O_RDONLY | O_CLOEXEC);

    if (fd < 0 || !(term.in = fdopen(fd, "r"))) {
        return fail(error, "no keyboard: standard input is not a terminal");
    }
    return true;
}

/* Ctrl-S and Ctrl-Q are keys like others: nothing stops the output. */
static void free_flow_keys(void)
{
    struct termios now;

    if (!tcgetattr(fileno(term.in), &now)) {
        now.c_iflag &= ~(IXON | IXOFF);
        tcsetattr(fileno(term.in), TCSADRAIN, &now);
        def_prog_mode(); /* also after a stop */
    }
}

static void set_up_screen(bool mouse)
{
    cbreak();
    free_flow_keys();
    noecho();
    nonl();
    intrflush(stdscr, FALSE);
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    curs_set(0);
    set_up_colours();
    if (mouse) {
        mouseinterval(0);
        mousemask(BUTTON1_PRESSED | BUTTON1_RELEASED | BUTTON4_PRESSED |
                      BUTTON5_PRESSED,
                  NULL);
    }
}

bool terminal_start(bool mouse, GError **error)
{
    const char *name = getenv("TERM");

    if (!open_keyboard(error)) {
        return false;
    }
    have_cooked = tcgetattr(STDOUT_FILENO, &cooked) == 0;
    term.utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
    got_stop = got_resize = got_end = 0;
    catch_signals();
    /* Arrows and the mouse come in several bytes, over a slow line apart. */
    set_escdelay(100);
    term.out = stdout;
    term.screen = newterm(NULL, term.out, term.in);
    if (!term.screen) {
        release_signals();
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED,
                    "the terminal type '%s' is not known here; "
                    "set TERM to one that is",
                    name ? name : "");
        return false;
    }
    prepare_restore(mouse);
    catch_crashes();
    set_up_screen(mouse);
    term.started = true;
    return true;
}

void terminal_stop(void)
{
    if (!term.started) {
        return;
    }
    term.started = false;
    endwin();
    delscreen(term.screen);
    fclose(term.in);
    release_signals();
}

bool terminal_is_utf8(void)
{
    return term.utf8;
}

int terminal_signal(void)
{
    return got_end;
}

/* Ctrl-Z: as any program would, with the terminal in order meanwhile. */
static void stop_here(void)
{
    struct sigaction dfl = { .sa_handler = SIG_DFL }, ours;
    sigset_t only;

    got_stop = 0;
    endwin();
    sigemptyset(&dfl.sa_mask);
    sigaction(SIGTSTP, &dfl, &ours);
    sigemptyset(&only);
    sigaddset(&only, SIGTSTP);
    raise(SIGTSTP);
    /* Here we stop, until fg. */
    sigprocmask(SIG_UNBLOCK, &only, NULL);
    sigprocmask(SIG_BLOCK, &only, NULL);
    sigaction(SIGTSTP, &ours, NULL);
    got_resize = 1;
    refresh();
}

static unsigned handle_resize(void)
{
    struct winsize size;

    got_resize = 0;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 &&
        size.ws_col > 0) {
        resizeterm(size.ws_row, size.ws_col);
    }
    return TERMINAL_RESIZE;
}

static unsigned handle_signals(void)
{
    unsigned events = 0;

    if (got_end) {
        events |= TERMINAL_GONE;
    }
    if (got_stop && !got_end) {
        stop_here();
        events |= TERMINAL_AGAIN;
    }
    if (got_resize) {
        events |= handle_resize();
    }
    return events;
}

unsigned terminal_wait(int timeout_ms, int fd)
{
    struct pollfd fds[2] = {
        { .fd = fileno(term.in), .events = POLLIN },
        { .fd = fd, .events = POLLIN },
    };
    struct timespec ts = { timeout_ms / 1000, timeout_ms % 1000 * 1000000L };
    unsigned events = 0;
    int n = ppoll(fds, fd >= 0 ? 2 : 1, timeout_ms < 0 ? NULL : &ts,
                  &term.unblocked);

    if (n > 0 && fds[0].revents & (POLLHUP | POLLERR | POLLNVAL)) {
        got_end = SIGHUP;
    }
    if (n > 0 && fds[0].revents & POLLIN) {
        events |= TERMINAL_KEYS;
    }
    if (n > 0 && fd >= 0 && fds[1].revents) {
        events |= TERMINAL_FILE;
    }
    return events | handle_signals();
}

bool terminal_key(int *key)
{
    wint_t c;
    int kind = get_wch(&c);

    if (kind == ERR) {
        return false;
    }
    *key = kind == KEY_CODE_YES ? (int)(KEY_CODE | c) : (int)c;
    return true;
}

/* ------------------------------------------------------------------ */
/* Clipboard                                                           */

/* What @begin and @end are to go around, at most @max bytes at a time. */
static void put_string(const char *text, const char *begin, const char *end,
                       size_t max)
{
    for (size_t len = strlen(text); len;) {
        size_t n = MIN(len, max);

        fprintf(term.out, "%s%.*s%s", begin, (int)n, text, end);
        text += n;
        len -= n;
    }
}

ClipboardWay terminal_copy(const char *text, size_t len)
{
    const char *type = getenv("TERM");
    g_autofree char *base64 = g_base64_encode((const guchar *)text, len);
    g_autofree char *osc = g_strdup_printf("\033]52;c;%s\a", base64);
    bool screen = getenv("STY") && !getenv("TMUX");

    if (!term.started || (type && !strcmp(type, "linux"))) {
        return CLIPBOARD_NONE;
    }
    if (screen) {
        /* GNU screen passes strings of up to 768 bytes to its terminal. */
        put_string(osc, "\033P", "\033\\", 512);
    } else {
        fputs(osc, term.out);
    }
    fflush(term.out);
    return getenv("TMUX") ? CLIPBOARD_TMUX
           : screen       ? CLIPBOARD_SCREEN
                          : CLIPBOARD_TERMINAL;
}
