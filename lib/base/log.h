/*
 * Writing log lines: korch__log(KORCH_LOG_WARNING, "store", "cannot open %s", path). Where they
 * go: korch/log.h.
 */
#ifndef KORCH_BASE_LOG_H
#define KORCH_BASE_LOG_H

#include <korch/log.h>

/* Any thread; never fails, allocates nothing. Costs one load when nobody wants the level. */
void korch__log(int level, const char *area, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* 1 when lines of this level go anywhere; for lines whose arguments are expensive. */
int korch__log_wants(int level);

#endif
