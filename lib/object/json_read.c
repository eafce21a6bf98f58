/*
 * JSON values one after the other (RFC 8259, strict), with lines, duplicate keys found and numbers
 * kept digit for digit, which json-c's own parser does not do. Strings are in json_text.c. Nothing
 * here recurses.
 */
#include "base/cleanup.h"
#include "object/build.h"
#include "object/json_text.h"
#include <string.h>

typedef struct reader {
	korch__cursor at;
	const char *line_start;
	korch__build build;
	korch_buf text; /* of the string read last */
} reader;

static int fail(reader *self, const char *what)
{
	return korch__build_fail(&self->build, KORCH_E_PARSE, self->at.line, "%s (column %zu)", what,
	                         (size_t)(self->at.at - self->line_start) + 1);
}

static void skip_space(reader *self)
{
	for (; self->at.at < self->at.end; self->at.at++) {
		char c = *self->at.at;
		if (c == '\n') {
			self->at.line++;
			self->line_start = self->at.at + 1;
		} else if (c != ' ' && c != '\t' && c != '\r') {
			return;
		}
	}
}

/* The next letter, 0 at the end. */
static char peek(const reader *self)
{
	return self->at.at < self->at.end ? *self->at.at : '\0';
}

static int read_string(reader *self)
{
	const char *why = NULL;
	korch__buf_reset(&self->text);
	int code = korch__json_text(&self->text, &self->at.at, self->at.end, &why);
	if (code == KORCH_E_NOMEM)
		return korch_error_set(self->build.err, code, "%s", korch_code_text(code));
	return code < 0 ? fail(self, why) : 0;
}

static size_t digits(const char *at, const char *end)
{
	const char *start = at;
	while (at < end && *at >= '0' && *at <= '9')
		at++;
	return (size_t)(at - start);
}

/* Length of the number at a place, 0 when there is none. */
static size_t number_length(const char *start, const char *end)
{
	const char *at = start + (start < end && *start == '-');
	size_t n = digits(at, end);
	if (n == 0 || (n > 1 && *at == '0'))
		return 0;
	at += n;
	if (at < end && *at == '.') {
		n = digits(at + 1, end);
		if (n == 0)
			return 0;
		at += 1 + n;
	}
	if (at < end && (*at == 'e' || *at == 'E')) {
		at++;
		at += at < end && (*at == '-' || *at == '+');
		n = digits(at, end);
		if (n == 0)
			return 0;
		at += n;
	}
	return (size_t)(at - start);
}

static int read_number(struct json_object **out, reader *self)
{
	size_t n = number_length(self->at.at, self->at.end);
	if (n == 0)
		return fail(self, "malformed number");
	if (n > 4096)
		return fail(self, "number with more than 4096 digits");
	_cleanup_free_ char *text = korch__strndup(self->at.at, n);
	*out = text ? korch__tree_number(text) : NULL;
	if (!*out)
		return korch_error_set(self->build.err, KORCH_E_NOMEM, "%s",
		                       korch_code_text(KORCH_E_NOMEM));
	self->at.at += n;
	return 0;
}

static int is_word(const reader *self, const char *word)
{
	size_t n = strlen(word);
	return (size_t)(self->at.end - self->at.at) >= n && memcmp(self->at.at, word, n) == 0;
}

static int read_word(struct json_object **out, reader *self)
{
	static const struct {
		const char *text;
		int value;
	} words[] = {{"null", -1}, {"true", 1}, {"false", 0}};
	for (size_t i = 0; i < KORCH_COUNT(words); i++) {
		if (!is_word(self, words[i].text))
			continue;
		self->at.at += strlen(words[i].text);
		*out = words[i].value < 0 ? NULL : json_object_new_boolean(words[i].value);
		return 0;
	}
	return fail(self, self->at.at == self->at.end ? "the text ends before its value does"
	                                              : "a value was expected");
}

static int read_scalar(reader *self)
{
	struct json_object *node = NULL;
	int code = 0, line = self->at.line;
	char c = peek(self);
	if (c == '"') {
		code = read_string(self);
		if (code == 0) {
			node = json_object_new_string_len(self->text.data ? self->text.data : "",
			                                  (int)self->text.len);
			if (!node)
				code = korch_error_set(self->build.err, KORCH_E_NOMEM, "%s",
				                       korch_code_text(KORCH_E_NOMEM));
		}
	} else {
		code =
		    c == '-' || (c >= '0' && c <= '9') ? read_number(&node, self) : read_word(&node, self);
	}
	if (code < 0)
		return code;
	korch__tree_set_line(node, line);
	return korch__build_value(&self->build, node, 0, line);
}

static int read_key(reader *self)
{
	if (peek(self) != '"')
		return fail(self, "a key in double quotes was expected");
	int code = read_string(self);
	if (code < 0)
		return code;
	code = korch__build_key(&self->build, self->text.data ? self->text.data : "", self->text.len,
	                        self->at.line);
	if (code < 0)
		return code;
	skip_space(self);
	if (peek(self) != ':')
		return fail(self, "\":\" was expected behind a key");
	self->at.at++;
	return 0;
}

/*
 * Behind a value: closes what ends, and reads the comma. 0 when another value follows, 1 at the end
 * of the whole.
 */
static int after_value(reader *self)
{
	for (korch__build_frame *frame; (frame = korch__build_top(&self->build));) {
		skip_space(self);
		char c = peek(self);
		if (c == ',') {
			self->at.at++;
			return 0;
		}
		if (c != (frame->is_map ? '}' : ']'))
			return fail(self, frame->is_map ? "\",\" or \"}\" was expected"
			                                : "\",\" or \"]\" was expected");
		self->at.at++;
		int code = korch__build_close(&self->build);
		if (code < 0)
			return code;
	}
	return 1;
}

/* Opens what begins here. 1 when it is empty and was closed at once. */
static int open_frame(reader *self, int is_map)
{
	int code = korch__build_open(&self->build, is_map, self->at.line);
	if (code < 0)
		return code;
	self->at.at++;
	skip_space(self);
	if (peek(self) != (is_map ? '}' : ']'))
		return 0;
	self->at.at++;
	code = korch__build_close(&self->build);
	return code < 0 ? code : 1;
}

/* One whole value. */
static int read_value(reader *self)
{
	for (;;) {
		skip_space(self);
		const korch__build_frame *frame = korch__build_top(&self->build);
		int code = frame && frame->is_map ? read_key(self) : 0;
		if (code < 0)
			return code;
		skip_space(self);
		char c = peek(self);
		if (c == '{' || c == '[') {
			code = open_frame(self, c == '{');
			if (code == 0)
				continue;
		} else {
			code = read_scalar(self);
		}
		if (code < 0 || (code = after_value(self)) < 0)
			return code;
		if (code == 1)
			return 0;
	}
}

int korch__json_values(const korch__read *read, korch__cursor *cursor, korch_error **err)
{
	reader self = {.at = *cursor, .line_start = cursor->at};
	if (self.at.end - self.at.at >= 3 && memcmp(self.at.at, "\xef\xbb\xbf", 3) == 0)
		self.at.at += 3;
	korch__build_init(&self.build, read, err);
	korch__buf_init(&self.text, 0);
	int code = 0;
	for (skip_space(&self); code == 0 && self.at.at < self.at.end; skip_space(&self)) {
		int line = self.at.line;
		*cursor = self.at;
		code = read_value(&self);
		if (code == 0)
			code = korch__build_finish(&self.build, line);
		if (code == 0)
			*cursor = self.at;
	}
	korch__build_fini(&self.build);
	korch__buf_fini(&self.text);
	return code;
}
