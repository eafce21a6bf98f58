/* Pages that hold all they need: the text before and behind their data is made at build time by
 * embed.py, the data is written between. */
#ifndef KORCH_TOOL_WEBPAGE_H
#define KORCH_TOOL_WEBPAGE_H

#include <korch/error.h>
#include <stdio.h>

/* Writes a whole page. 0 or KORCH_E_NOMEM. */
typedef int (*webpage_fn)(FILE *out, const void *userdata);

/* Writes a page to a file, which is put in place at once, or to "-": standard output. option: that
 * of the command line, for messages. */
int webpage_write(const char *option, const char *path, webpage_fn fn, const void *userdata,
                  korch_error **err);

#endif
