/* One field of CSV, quoted where that is needed. */
#ifndef KORCH_SCHEDULE_CSV_OUT_H
#define KORCH_SCHEDULE_CSV_OUT_H

#include <stdio.h>

/* text NULL: an empty field. */
void csv_put(FILE *out, const char *text, int is_first);

#endif
