/* Rows of CSV: quotes, CRLF, empty lines, and a mark of the byte order that some programs write. */
#include "schedule/csv.h"

#include <string.h>

void csv_init(csv *self, const char *file, char *text, size_t length)
{
	*self = (csv){.file = file, .at = text, .end = text + length, .line = 1};
	if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		self->at += 3;
}

static int fail(const csv *self, korch_error **err, const char *what)
{
	return model_fail(err, (model_place){self->file, self->line}, "%s", what);
}

/* A field in quotes, moved together; the cursor comes to stand behind the closing one. */
static int read_quoted(csv *self, char **field, char **field_end, korch_error **err)
{
	char *out = self->at;
	*field = out;
	for (self->at++; self->at < self->end; self->at++) {
		if (*self->at == '"' && self->at + 1 < self->end && self->at[1] == '"')
			self->at++;
		else if (*self->at == '"')
			break;
		if (*self->at == '\n')
			self->line++;
		*out++ = *self->at;
	}
	if (self->at == self->end)
		return fail(self, err, "a quote that is not closed");
	self->at++;
	*field_end = out;
	if (self->at < self->end && !strchr(",\r\n", *self->at))
		return fail(self, err, "text behind a closing quote");
	return 0;
}

/* One field; it is terminated once the letter behind it has been looked at. */
static int read_field(csv *self, korch_error **err)
{
	char *start = self->at, *end = self->at;
	if (self->n == CSV_FIELDS_MAX)
		return fail(self, err, "more than 256 columns");
	if (self->at < self->end && *self->at == '"') {
		int code = read_quoted(self, &start, &end, err);
		if (code < 0)
			return code;
	} else {
		while (self->at < self->end && *self->at != ',' && *self->at != '\n')
			self->at++;
		end = self->at;
		if (end > start && end[-1] == '\r' && (self->at == self->end || *self->at == '\n'))
			end--;
	}
	if (memchr(start, '\0', (size_t)(end - start)))
		return fail(self, err, "a NUL byte");
	int is_more = 0;
	if (self->at < self->end && *self->at == '\r')
		self->at++;
	if (self->at < self->end) {
		is_more = *self->at == ',';
		self->line += *self->at == '\n';
		self->at++;
	}
	*end = '\0';
	self->fields[self->n++] = start;
	return is_more;
}

int csv_next(csv *self, korch_error **err)
{
	while (self->at < self->end) {
		int is_more;
		self->n = 0;
		self->row_line = self->line;
		do {
			is_more = read_field(self, err);
			if (is_more < 0)
				return is_more;
		} while (is_more);
		if (self->n > 1 || *self->fields[0])
			return 1;
	}
	return 0;
}
