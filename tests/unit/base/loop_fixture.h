/*
 * What the loop's test files share: the loop under test, timers to be freed, and a trace of what
 * has run.
 */
#ifndef KORCH_TESTS_BASE_LOOP_FIXTURE_H
#define KORCH_TESTS_BASE_LOOP_FIXTURE_H

#include "unit.h"
#include <korch/loop.h>

enum { LOOP_TIMERS = 8 };

extern korch_loop *loop;
extern korch_timer *timers[LOOP_TIMERS];
extern char trace[256];

/* A fresh loop (1: real, 0: virtual) and an empty trace. */
void loop_make(int real);
/* Frees the timers and the loop. */
void loop_finish(void);
/* Adds text to the trace; as a callback: (fn, text). */
void note(void *text);
void timer_make(size_t i, korch_loop_fn fn, const char *text);
void post_text(korch_loop_fn fn, const char *text);

#endif
