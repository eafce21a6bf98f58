/* Expressions of times, as a range query's start and end: now() - duration("1h"). */
#ifndef KORCH_STRATEGY_CONDITION_TIME_H
#define KORCH_STRATEGY_CONDITION_TIME_H

#include <korch/loop.h>
#include <korch/strategy/condition.h>

/*
 * The point in time that a text means. Beside the functions of conditions it knows now(),
 * duration("1h30m") and date("2024-05-01T12:00:00Z"). 0, or a code with err.
 */
int korch__condition_time(korch_usec *out, const char *text, korch_usec now, korch_error **err);
/* korch_condition_parse(), or with times = 1 an expression of a time. */
int korch__condition_read(korch_parsed_condition **out, const char *text, int times,
                          korch_error **err);

#endif
