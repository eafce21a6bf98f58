/* Keys of the live view: what a person wants by them. */
#ifndef KORCH_UP_KEYS_H
#define KORCH_UP_KEYS_H

#include "up/output.h"

/* The last wish among these bytes; arrows move *selected among n_rows. */
tool_wish keys_read(const char *bytes, size_t n, size_t *selected, size_t n_rows);

#endif
