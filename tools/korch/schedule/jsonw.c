/* JSON, streamed: a list of a million pods is never in memory as a tree. */
#include "schedule/jsonw.h"

#include <string.h>

static void put_text(jsonw *self, const char *text)
{
	fputc('"', self->out);
	for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
		if (*c == '"' || *c == '\\')
			fprintf(self->out, "\\%c", *c);
		else if (*c < 0x20 || *c == 0x7f || (self->is_in_page && strchr("<>&", *c)))
			fprintf(self->out, "\\u%04x", *c);
		else
			fputc(*c, self->out);
	}
	fputc('"', self->out);
}

static void begin(jsonw *self, const char *key)
{
	if (self->depth > 0) {
		if (self->has_value[self->depth])
			fputc(',', self->out);
		if (self->depth <= self->lines)
			fprintf(self->out, "\n%*s", self->depth * 2, "");
		else if (self->has_value[self->depth] && !self->is_in_page)
			fputc(' ', self->out);
		self->has_value[self->depth] = 1;
	}
	if (key) {
		put_text(self, key);
		fputs(self->is_in_page ? ":" : ": ", self->out);
	}
}

void jsonw_open(jsonw *self, const char *key, char bracket)
{
	begin(self, key);
	fputc(bracket, self->out);
	self->has_value[++self->depth] = 0;
}

void jsonw_close(jsonw *self, char bracket)
{
	int had_value = self->has_value[self->depth--];
	if (had_value && self->depth < self->lines)
		fprintf(self->out, "\n%*s", self->depth * 2, "");
	fputc(bracket, self->out);
	if (self->depth == 0)
		fputc('\n', self->out);
}

void jsonw_text(jsonw *self, const char *key, const char *text)
{
	begin(self, key);
	if (text)
		put_text(self, text);
	else
		fputs("null", self->out);
}

void jsonw_int(jsonw *self, const char *key, int64_t value)
{
	begin(self, key);
	fprintf(self->out, "%lld", (long long)value);
}

void jsonw_number(jsonw *self, const char *key, double value, int digits)
{
	char text[64];
	begin(self, key);
	int n = snprintf(text, sizeof(text), "%.*f", digits, value);
	while (digits > 0 && n > 1 && text[n - 1] == '0' && n < (int)sizeof(text))
		text[--n] = '\0';
	if (digits > 0 && n > 1 && text[n - 1] == '.')
		text[--n] = '\0';
	fputs(text, self->out);
}

void jsonw_bool(jsonw *self, const char *key, int value)
{
	begin(self, key);
	fputs(value ? "true" : "false", self->out);
}

void jsonw_null(jsonw *self, const char *key)
{
	begin(self, key);
	fputs("null", self->out);
}
