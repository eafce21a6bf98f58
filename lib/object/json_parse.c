/* One JSON value from text, with the options of decoding; the reader itself is json_read.c. */
#include "base/cleanup.h"
#include "object/json.h"
#include "object/read.h"
#include <stdio.h>

typedef struct parse {
	struct json_object *tree;
	int n;
	const korch_decode_options *options;
	korch_problems *problems;
} parse;

static int take_document(void *userdata, struct json_object *tree, int line)
{
	parse *self = userdata;
	if (self->n++ == 0)
		self->tree = json_object_get(tree);
	return 0;
}

static int report_duplicate(void *userdata, const char *path, int line, int first_line)
{
	parse *self = userdata;
	if (!self->problems)
		return self->options->strict ? KORCH_E_PARSE : 0;
	char message[64];
	snprintf(message, sizeof(message), "duplicate key, first given in line %d", first_line);
	korch_problem_add(self->problems, &(korch_problem){.severity = self->options->strict ? KORCH_SEVERITY_ERROR : KORCH_SEVERITY_WARNING,
	                                                   .kind = KORCH_PROBLEM_OTHER,
	                                                   .path = path,
	                                                   .message = message,
	                                                   .file = self->options->file,
	                                                   .line = line});
	return 0;
}

int korch__json_parse(struct json_object **out, const char *text, size_t length, const korch_decode_options *options,
                      korch_problems *problems, korch_error **err)
{
	static const korch_decode_options defaults;
	parse self = {.options = options ? options : &defaults, .problems = problems};
	options = self.options;
	korch__read read = {
		.file = options->file,
		.first_line = options->line,
		.limits = {.max_bytes = options->max_bytes > 0 ? options->max_bytes : KORCH__BYTES_DEFAULT,
		           .max_depth = options->max_depth > 0 ? options->max_depth : KORCH__DEPTH_DEFAULT},
		.document = take_document,
		.duplicate = report_duplicate,
		.userdata = &self,
	};
	int code = korch__json_read(&read, text, length, err);
	if (code == 0 && self.n != 1) {
		code = korch_error_set(err, KORCH_E_PARSE, self.n == 0 ? "no JSON value" : "more than one JSON value");
		korch_error_set_location(err, options->file, options->line > 0 ? options->line : 1);
	}
	if (code < 0) {
		json_object_put(self.tree);
		return code;
	}
	*out = self.tree;
	return 0;
}
