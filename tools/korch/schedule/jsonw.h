/* JSON written as it comes: values with commas between them where they belong. */
#ifndef KORCH_SCHEDULE_JSONW_H
#define KORCH_SCHEDULE_JSONW_H

#include <stdint.h>
#include <stdio.h>

typedef struct jsonw {
	FILE *out;
	int depth;
	int lines;      /* values down to this depth stand on lines of their own */
	int is_in_page; /* < and & are escaped, so that it can stand in HTML */
	int has_value[16];
} jsonw;

/* key NULL: an item of a list, or the value of the whole. */
void jsonw_open(jsonw *self, const char *key, char bracket);
void jsonw_close(jsonw *self, char bracket);
void jsonw_text(jsonw *self, const char *key, const char *text); /* NULL: null */
void jsonw_int(jsonw *self, const char *key, int64_t value);
/* Up to `digits` behind the point, none that says nothing. */
void jsonw_number(jsonw *self, const char *key, double value, int digits);
void jsonw_bool(jsonw *self, const char *key, int value);
void jsonw_null(jsonw *self, const char *key);

#endif
