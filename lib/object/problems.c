/*
 * The list of problems: adding, limits, words of Kubernetes, text. Lines from trees stand in
 * lines.c.
 */
#include "object/problems.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/vec.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MESSAGE_MAX = 64 * 1024 };

struct korch_problems {
	KORCH_VEC(korch_problem) list;
	size_t max;
	size_t totals[2];
	int failed; /* a problem was lost for want of memory */
	char *file;
	int line;
};

static const char *const kind_words[] = {
    [KORCH_PROBLEM_INVALID] = "Invalid value",
    [KORCH_PROBLEM_REQUIRED] = "Required value",
    [KORCH_PROBLEM_UNSUPPORTED] = "Unsupported value",
    [KORCH_PROBLEM_DUPLICATE] = "Duplicate value",
    [KORCH_PROBLEM_NOT_FOUND] = "Not found",
    [KORCH_PROBLEM_FORBIDDEN] = "Forbidden",
    [KORCH_PROBLEM_TOO_LONG] = "Too long",
    [KORCH_PROBLEM_TOO_MANY] = "Too many",
    [KORCH_PROBLEM_TYPE] = "",
    [KORCH_PROBLEM_UNKNOWN_FIELD] = "",
    [KORCH_PROBLEM_OTHER] = "",
};

int korch_problems_new(korch_problems **out, size_t max)
{
	korch_problems *problems = korch__calloc(1, sizeof(*problems));
	if (!problems)
		return KORCH_E_NOMEM;
	problems->max = max ? max : KORCH_PROBLEMS_DEFAULT_MAX;
	*out = problems;
	return 0;
}

static void problem_fini(korch_problem *problem)
{
	korch__free((void *)problem->path);
	korch__free((void *)problem->message);
	korch__free((void *)problem->file);
}

void korch_problems_clear(korch_problems *problems)
{
	if (!problems)
		return;
	for (size_t i = 0; i < problems->list.n; i++)
		problem_fini(&problems->list.items[i]);
	problems->list.n = 0;
	problems->totals[0] = problems->totals[1] = 0;
	problems->failed = 0;
}

void korch_problems_free(korch_problems *problems)
{
	if (!problems)
		return;
	korch_problems_clear(problems);
	korch__vec_fini(&problems->list);
	korch__free(problems->file);
	korch__free(problems);
}

size_t korch_problems_count(const korch_problems *problems)
{
	return problems ? problems->list.n : 0;
}

size_t korch_problems_total(const korch_problems *problems, korch_severity severity)
{
	return problems ? problems->totals[severity == KORCH_SEVERITY_WARNING] : 0;
}

const korch_problem *korch_problems_at(const korch_problems *problems, size_t i)
{
	return problems && i < problems->list.n ? &problems->list.items[i] : NULL;
}

int korch_problems_result(const korch_problems *problems, korch_error **err)
{
	if (!problems || (!problems->failed && problems->totals[0] == 0))
		return 0;
	if (problems->failed)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	for (size_t i = 0; i < problems->list.n; i++) {
		const korch_problem *problem = &problems->list.items[i];
		if (problem->severity != KORCH_SEVERITY_ERROR)
			continue;
		korch_error_set(err, KORCH_E_INVALID, "%s", problem->message);
		if (problem->path[0])
			korch_error_prefix_path(err, problem->path);
		if (problem->file || problem->line)
			korch_error_set_location(err, problem->file, problem->line);
		return KORCH_E_INVALID;
	}
	return korch_error_set(err, KORCH_E_INVALID, "%zu errors", problems->totals[0]);
}

void korch__problems_fail(korch_problems *problems)
{
	if (problems)
		problems->failed = 1;
}

void korch__problems_set_failed(korch_problems *problems)
{
	if (problems)
		problems->failed = 1;
}

int korch__problems_failed(const korch_problems *problems)
{
	return problems && problems->failed ? KORCH_E_NOMEM : 0;
}

void korch__problems_at_place(korch_problems *problems, const char *file, int line)
{
	if (!problems)
		return;
	if (!file || !problems->file || strcmp(file, problems->file) != 0) {
		korch__free(problems->file);
		problems->file = korch__strdup(file);
		if (file && !problems->file)
			problems->failed = 1;
	}
	problems->line = line;
}

/* Control characters never reach a terminal or a log as they are. */
static void put_visible(korch_buf *buf, const char *text)
{
	for (const char *p = text; *p; p++) {
		unsigned char c = (unsigned char)*p;
		if (c == '\n')
			korch__buf_puts(buf, "\\n");
		else if (c < 0x20 || c == 0x7f)
			korch__buf_printf(buf, "\\x%02x", c);
		else
			korch__buf_putc(buf, *p);
	}
}

static int problem_fill(korch_problem *out, const korch_problems *problems,
                        const korch_problem *from)
{
	const char *words = kind_words[from->kind];
	korch_buf buf;
	korch__buf_init(&buf, MESSAGE_MAX);
	korch__buf_puts(&buf, words);
	if (words[0] && from->message && from->message[0])
		korch__buf_puts(&buf, ": ");
	put_visible(&buf, from->message ? from->message : "");
	const char *file = from->file ? from->file : problems->file;
	*out = (korch_problem){.severity = from->severity, .kind = from->kind};
	out->line = from->line ? from->line : problems->line;
	out->message = korch__buf_steal(&buf);
	out->path = korch__strdup(from->path ? from->path : "");
	out->file = korch__strdup(file);
	korch__buf_fini(&buf);
	return out->message && out->path && (out->file || !file) ? 0 : KORCH_E_NOMEM;
}

void korch_problem_add(korch_problems *problems, const korch_problem *problem)
{
	if (!problems || !problem || problem->kind < 0 ||
	    (size_t)problem->kind >= KORCH_COUNT(kind_words))
		return;
	problems->totals[problem->severity == KORCH_SEVERITY_WARNING]++;
	if (problems->list.n >= problems->max)
		return;
	korch_problem copy;
	if (problem_fill(&copy, problems, problem) < 0 || korch__vec_push(&problems->list, copy) < 0) {
		problem_fini(&copy);
		problems->failed = 1;
	}
}

static void add_text(korch_problems *problems, const korch_problem *problem, const char *format,
                     va_list arguments)
{
	char small[512];
	va_list again;
	va_copy(again, arguments);
	int length = vsnprintf(small, sizeof(small), format, arguments);
	_cleanup_free_ char *large = NULL;
	if (length >= (int)sizeof(small) && length < MESSAGE_MAX / 2) {
		large = korch__alloc((size_t)length + 1);
		if (large)
			vsnprintf(large, (size_t)length + 1, format, again);
	}
	va_end(again);
	korch_problem with_message = *problem;
	with_message.message = large ? large : small;
	korch_problem_add(problems, &with_message);
}

void korch__problem(korch_problems *problems, const char *path, int kind, const char *format, ...)
{
	if (!problems)
		return;
	va_list arguments;
	va_start(arguments, format);
	add_text(problems, &(korch_problem){.kind = kind, .path = path}, format, arguments);
	va_end(arguments);
}

void korch__problem_warn(korch_problems *problems, const char *path, int kind, const char *format,
                         ...)
{
	if (!problems)
		return;
	va_list arguments;
	va_start(arguments, format);
	add_text(problems,
	         &(korch_problem){.severity = KORCH_SEVERITY_WARNING, .kind = kind, .path = path},
	         format, arguments);
	va_end(arguments);
}

void korch__path_join(char *out, size_t size, const char *path, const char *field)
{
	int dot = path[0] && field[0] && field[0] != '[';
	snprintf(out, size, "%s%s%s", path, dot ? "." : "", field);
}

void korch__problem_field(korch_problems *problems, const char *path, const char *field, int kind,
                          const char *format, ...)
{
	if (!problems)
		return;
	char whole[1024];
	korch__path_join(whole, sizeof(whole), path, field);
	va_list arguments;
	va_start(arguments, format);
	add_text(problems, &(korch_problem){.kind = kind, .path = whole}, format, arguments);
	va_end(arguments);
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void korch__problem_unsupported(korch_problems *problems, const char *path, const char *field,
                                const char *value, const char *const *allowed)
{
	const char *sorted[64];
	size_t n = 0;
	while (allowed[n] && n < KORCH_COUNT(sorted)) {
		sorted[n] = allowed[n];
		n++;
	}
	qsort(sorted, n, sizeof(sorted[0]), compare_texts);
	korch_buf buf;
	korch__buf_init(&buf, MESSAGE_MAX);
	for (size_t i = 0; i < n; i++)
		korch__buf_printf(&buf, "%s\"%s\"", i ? ", " : "", sorted[i]);
	_cleanup_free_ char *list = korch__buf_steal(&buf);
	korch__buf_fini(&buf);
	if (!list) {
		if (problems)
			problems->failed = 1;
		return;
	}
	korch__problem_field(problems, path, field, KORCH_PROBLEM_UNSUPPORTED,
	                     "\"%.200s\": supported values: %s", value, list);
}

char *korch_problem_format(const korch_problem *problem)
{
	korch_buf buf;
	korch__buf_init(&buf, 0);
	if (problem->file)
		korch__buf_printf(&buf, "%s:", problem->file);
	if (problem->line)
		korch__buf_printf(&buf, problem->file ? "%d:" : "line %d:", problem->line);
	if (buf.len)
		korch__buf_putc(&buf, ' ');
	if (problem->path && problem->path[0])
		korch__buf_printf(&buf, "%s: ", problem->path);
	korch__buf_puts(&buf, problem->message ? problem->message : "");
	char *text = korch__buf_steal(&buf);
	korch__buf_fini(&buf);
	return text;
}

/* For lines.c: a problem that may be changed. */
korch_problem *korch__problems_item(korch_problems *problems, size_t i);

korch_problem *korch__problems_item(korch_problems *problems, size_t i)
{
	return i < problems->list.n ? &problems->list.items[i] : NULL;
}
