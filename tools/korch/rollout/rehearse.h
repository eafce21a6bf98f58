/* The subcommands of `korch rollout`. */
#ifndef KORCH_ROLLOUT_REHEARSE_H
#define KORCH_ROLLOUT_REHEARSE_H

#include <json-c/json.h>
#include <korch/error.h>

enum {
	EXIT_DEGRADED = 3, /* a Rollout was given up */
	EXIT_OPEN = 4,     /* a Rollout was still under way */
};

int rollout_rehearse(int argc, char **argv);
int rollout_timeline(int argc, char **argv);

/* html.c: writes records (a list) as a page. option: for messages. */
int rollout_page(const char *option, const char *path, const char *title, json_object *records,
                 korch_error **err);

#endif
