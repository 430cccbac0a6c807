/*
 * A process-wide handler of SIGBUS, in front of the one that is there.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <errno.h>
#include <pthread.h>
#include <signal.h>

#include "sigbus-handler.h"
#include "sigbus.h"

static pthread_mutex_t install_lock = PTHREAD_MUTEX_INITIALIZER;
static struct sigaction previous;

static void chain(int sig, siginfo_t *info, void *context)
{
    if (previous.sa_flags & SA_SIGINFO) {
        previous.sa_sigaction(sig, info, context);
    } else if (previous.sa_handler == SIG_IGN) {
        return;
    } else if (previous.sa_handler == SIG_DFL) {
        /*
         * Returning repeats the access, now with the default action; a
         * signal that somebody sent has to be sent again.
         */
        sigaction(sig, &previous, NULL);
        if (info->si_code <= 0) {
            raise(sig);
        }
    } else {
        previous.sa_handler(sig);
    }
}

/* Not for ThreadSanitizer, as what it calls (sigbus.c). */
static __attribute__((no_sanitize_thread)) void handler(int sig,
                                                        siginfo_t *info,
                                                        void *context)
{
    int saved = errno;

    if (info->si_code <= 0 || !sigbus_repair(info->si_addr)) {
        chain(sig, info, context);
    }
    errno = saved;
}

void sigbus_install(void)
{
    struct sigaction now, ours = {
        .sa_sigaction = handler,
        .sa_flags = SA_SIGINFO | SA_RESTART,
    };

    pthread_mutex_lock(&install_lock);
    if (!sigaction(SIGBUS, NULL, &now) &&
        (!(now.sa_flags & SA_SIGINFO) || now.sa_sigaction != handler)) {
        sigemptyset(&ours.sa_mask);
        previous = now;
        sigaction(SIGBUS, &ours, NULL);
    }
    pthread_mutex_unlock(&install_lock);
}
