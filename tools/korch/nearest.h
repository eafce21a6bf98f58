/* "did you mean": the name that differs least from what was written. */
#ifndef KORCH_TOOL_NEAREST_H
#define KORCH_TOOL_NEAREST_H

#include <stddef.h>

/* The nearest of the names when it is near enough to be meant, or NULL. */
const char *nearest_name(const char *text, const char *const *names, size_t n);
/* The nearest of the names that differs by at most so many letters, or NULL. */
const char *nearest_within(const char *text, const char *const *names, size_t n, size_t most);

#endif
