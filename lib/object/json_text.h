/* Strings of JSON: escapes and UTF-8. */
#ifndef KORCH_OBJECT_JSON_TEXT_H
#define KORCH_OBJECT_JSON_TEXT_H

#include "base/buf.h"

/*
 * Appends the string that begins with the quote at *at, and moves *at behind it (on failure: to
 * what is wrong). 0, KORCH_E_PARSE with the reason (static) in *why, or KORCH_E_NOMEM.
 */
int korch__json_text(korch_buf *out, const char **at, const char *end, const char **why);

#endif
