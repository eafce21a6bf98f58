/*
 * YAML text: its parts and documents, libyaml's errors. A document that cannot be read may be left
 * behind: reading then begins again at the next line "---". The events of a document are in
 * yaml_events.c.
 */
#include "base/cleanup.h"
#include "object/yaml_events.h"
#include <string.h>

enum { MAX_FAILURES = 1000 };

static int is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static int count_lines(const char *text, size_t len)
{
	int n = 0;
	for (const char *end = text + len;
	     text < end && (text = memchr(text, '\n', (size_t)(end - text))); text++)
		n++;
	return n;
}

/* What libyaml says was wrong. */
static int syntax_error(korch__yaml *self, const char *text, size_t len)
{
	const yaml_parser_t *parser = &self->parser;
	const char *problem = parser->problem ? parser->problem : "malformed";
	if (parser->error == YAML_MEMORY_ERROR)
		return korch_error_set(self->build.err, KORCH_E_NOMEM, "%s",
		                       korch_code_text(KORCH_E_NOMEM));
	if (parser->error == YAML_READER_ERROR) {
		size_t offset = parser->problem_offset < len ? parser->problem_offset : len;
		int line = count_lines(text, offset) + 1 + self->lines_before;
		if (parser->problem_value < 0)
			return korch__build_fail(&self->build, KORCH_E_PARSE, line, "%s", problem);
		return korch__build_fail(&self->build, KORCH_E_PARSE, line, "%s (0x%02x)", problem,
		                         (unsigned)parser->problem_value);
	}
	int line = korch__yaml_line(self, parser->problem_mark);
	size_t column = parser->problem_mark.column + 1;
	if (!parser->context)
		return korch__build_fail(&self->build, KORCH_E_PARSE, line, "%s (column %zu)", problem,
		                         column);
	return korch__build_fail(&self->build, KORCH_E_PARSE, line,
	                         "%s (column %zu; %s that begins in line %d)", problem, column,
	                         parser->context, korch__yaml_line(self, parser->context_mark));
}

/* Reads until the end or a failure. */
static int read_events(korch__yaml *self, const char *text, size_t len)
{
	if (!yaml_parser_initialize(&self->parser))
		return korch_error_set(self->build.err, KORCH_E_NOMEM, "%s",
		                       korch_code_text(KORCH_E_NOMEM));
	yaml_parser_set_input_string(&self->parser, (const unsigned char *)text, len);
	int code = 0;
	while (code == 0) {
		yaml_event_t event;
		if (!yaml_parser_parse(&self->parser, &event)) {
			code = syntax_error(self, text, len);
			break;
		}
		code = korch__yaml_event(self, &event);
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&self->parser);
	korch__yaml_reset(self);
	return code == 1 ? 0 : code;
}

/* The first line "---" from a line on (from 1, as shown); NULL when there is none. */
static const char *next_document(const korch__yaml *self, const char *text, size_t len, int line)
{
	const char *end = text + len;
	for (int at = self->lines_before + 1; text < end; at++) {
		if (at >= line && end - text >= 3 && memcmp(text, "---", 3) == 0 &&
		    (end - text == 3 || is_blank(text[3])))
			return text;
		const char *next = memchr(text, '\n', (size_t)(end - text));
		if (!next)
			return NULL;
		text = next + 1;
	}
	return NULL;
}

/* Length up to the line "...", behind which libyaml would want "---"; len when there is none. */
static size_t part_length(const char *text, size_t len)
{
	static const char mark[] = "\n...";
	const char *at = text, *end = text + len;
	if (len >= 3 && memcmp(text, "...", 3) == 0 && (len == 3 || is_blank(text[3])))
		return 0;
	while ((at = memmem(at, (size_t)(end - at), mark, 4))) {
		if (end - at == 4 || is_blank(at[4]))
			return (size_t)(at + 1 - text);
		at += 4;
	}
	return len;
}

/* Length of the line "...", its end included; 0 when more than a comment stands in it. */
static size_t end_line_length(const char *text, size_t len)
{
	const char *end = memchr(text, '\n', len);
	size_t n = end ? (size_t)(end + 1 - text) : len, i = 3;
	while (i < n && is_blank(text[i]))
		i++;
	return i == n || (text[i] == '#' && i > 3) ? n : 0;
}

/* Reads a part; after a document that fails it goes on behind it, when the caller wants that. */
static int read_part(korch__yaml *self, const char *text, size_t len, korch_error **err)
{
	for (;;) {
		_cleanup_error_ korch_error *error = NULL;
		self->build.err = &error;
		self->document_line = self->lines_before + 1;
		int code = read_events(self, text, len);
		if (code != KORCH_E_PARSE || !error || !self->read->failed) {
			if (code != 0 && err)
				*err = KORCH_STEAL(error);
			self->lines_before += count_lines(text, len);
			return code;
		}
		self->read->failed(self->read->userdata, error);
		int line = korch_error_line(error);
		self->build.err = err;
		if (++self->n_failures >= MAX_FAILURES)
			return korch__build_fail(&self->build, KORCH_E_LIMIT, line,
			                         "%d documents cannot be read", MAX_FAILURES);
		const char *next = next_document(
		    self, text, len, line > self->document_line ? line : self->document_line + 1);
		size_t n = next ? (size_t)(next - text) : len;
		self->lines_before += count_lines(text, n);
		if (!next)
			return 0;
		len -= n;
		text = next;
	}
}

static int read_all(korch__yaml *self, const char *text, size_t len, korch_error **err)
{
	while (len > 0) {
		size_t n = part_length(text, len);
		int code = read_part(self, text, n, err);
		if (code != 0 || n == len)
			return code;
		text += n;
		len -= n;
		n = end_line_length(text, len);
		if (n == 0) {
			self->build.err = err;
			return korch__build_fail(&self->build, KORCH_E_PARSE, self->lines_before + 1,
			                         "more than a comment behind \"...\"");
		}
		self->lines_before++;
		text += n;
		len -= n;
	}
	return 0;
}

int korch__yaml_read(const korch__read *read, const char *text, size_t len, korch_error **err)
{
	korch__read settled = *read;
	int code = korch__read_settle(&settled, len, err);
	if (code < 0)
		return code;
	korch__yaml self;
	korch__yaml_init(&self, &settled);
	code = read_all(&self, text, len, err);
	korch__yaml_fini(&self);
	return code;
}
