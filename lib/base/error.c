/*
 * Errors: names and texts of codes, and korch_error. When memory is short there is a code, but no
 * detail.
 */
#include "base/alloc.h"
#include "base/buf.h"
#include <korch/error.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct korch_error {
	int code;
	int line;
	char *path;
	char *file;
	korch_error *cause;
	char message[];
};

const char *korch_code_name(int code)
{
	switch (code) {
	case KORCH_OK:
		return "OK";
#define CODE_NAME(name, value, text)                                                               \
	case value:                                                                                    \
		return #name;
		KORCH_CODES(CODE_NAME)
#undef CODE_NAME
	default:
		return "UNKNOWN";
	}
}

const char *korch_code_text(int code)
{
	switch (code) {
	case KORCH_OK:
		return "success";
#define CODE_TEXT(name, value, text)                                                               \
	case value:                                                                                    \
		return text;
		KORCH_CODES(CODE_TEXT)
#undef CODE_TEXT
	default:
		return "unknown error code";
	}
}

korch_code korch_error_code(const korch_error *error)
{
	return error ? (korch_code)error->code : KORCH_OK;
}

const char *korch_error_message(const korch_error *error)
{
	return error ? error->message : "";
}

const char *korch_error_path(const korch_error *error)
{
	return error ? error->path : NULL;
}

const char *korch_error_file(const korch_error *error)
{
	return error ? error->file : NULL;
}

int korch_error_line(const korch_error *error)
{
	return error ? error->line : 0;
}

const korch_error *korch_error_cause(const korch_error *error)
{
	return error ? error->cause : NULL;
}

char *korch_error_format(const korch_error *error)
{
	korch_buf buf;
	korch__buf_init(&buf, 0);
	for (const korch_error *at = error; at; at = at->cause) {
		if (at->file)
			korch__buf_puts(&buf, at->file);
		if (at->file && at->line)
			korch__buf_putc(&buf, ':');
		if (at->line)
			korch__buf_printf(&buf, at->file ? "%d" : "line %d", at->line);
		if (at->file || at->line)
			korch__buf_puts(&buf, ": ");
		if (at->path)
			korch__buf_printf(&buf, "%s: ", at->path);
		korch__buf_puts(&buf, at->message);
		if (at->cause)
			korch__buf_puts(&buf, ": ");
	}
	return korch__buf_steal(&buf);
}

void korch_error_free(korch_error *error)
{
	while (error) {
		korch_error *cause = error->cause;
		korch__free(error->path);
		korch__free(error->file);
		korch__free(error);
		error = cause;
	}
}

/* Messages are one line, whatever was printed into them. */
static void flatten(char *message)
{
	for (; *message; message++) {
		if ((unsigned char)*message < ' ')
			*message = ' ';
	}
}

int korch_error_set(korch_error **err, int code, const char *format, ...)
{
	if (code >= 0)
		code = KORCH_E_INTERNAL;
	if (!err)
		return code;
	if (!format)
		format = "";

	va_list args;
	va_start(args, format);
	int len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	size_t size = (len < 0 ? 0 : (size_t)len) + 1;
	korch_error *error = korch__calloc(1, sizeof(*error) + size);
	if (!error)
		return code;
	va_start(args, format);
	vsnprintf(error->message, size, format, args);
	va_end(args);
	flatten(error->message);
	error->code = code;
	error->cause = *err;
	*err = error;
	return code;
}

void korch_error_prefix_path(korch_error **err, const char *path)
{
	if (!err || !*err || !path || !*path)
		return;
	const char *old = (*err)->path;
	char *joined = old && *old ? korch__sprintf("%s%s%s", path, *old == '[' ? "" : ".", old)
	                           : korch__strdup(path);
	if (!joined)
		return;
	korch__free((*err)->path);
	(*err)->path = joined;
}

void korch_error_set_location(korch_error **err, const char *file, int line)
{
	if (!err || !*err || (*err)->line)
		return;
	char *copy = korch__strdup(file);
	if (file && !copy)
		return;
	if (copy) {
		korch__free((*err)->file);
		(*err)->file = copy;
	}
	(*err)->line = line > 0 ? line : 0;
}
