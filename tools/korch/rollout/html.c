/* The page of a timeline: its records, between the parts that embed.py made of page/. */
#include "rollout/rehearse.h"
#include "webpage.h"

#include <string.h>

extern const char rollout_page_before[], rollout_page_after[];

typedef struct content {
	const char *title;
	json_object *records;
} content;

/* Nothing in it can end the element that it stands in. */
static void put_json(FILE *out, json_object *value)
{
	const char *text = json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN |
	                                                             JSON_C_TO_STRING_NOSLASHESCAPE);
	for (const char *c = text; c && *c; c++) {
		if (strchr("<>&", *c))
			fprintf(out, "\\u%04x", (unsigned char)*c);
		else
			fputc(*c, out);
	}
}

static int put_page(FILE *out, const void *userdata)
{
	const content *self = userdata;
	json_object *title = json_object_new_string(self->title);
	size_t n = json_object_array_length(self->records);
	fputs(rollout_page_before, out);
	fputs("{\"title\":", out);
	put_json(out, title);
	fputs(",\"records\":[\n", out);
	for (size_t i = 0; i < n; i++) {
		put_json(out, json_object_array_get_idx(self->records, i));
		fputs(i + 1 < n ? ",\n" : "\n", out);
	}
	fputs("]}", out);
	fputs(rollout_page_after, out);
	json_object_put(title);
	return 0;
}

int rollout_page(const char *option, const char *path, const char *title, json_object *records,
                 korch_error **err)
{
	const content self = {title, records};
	return webpage_write(option, path, put_page, &self, err);
}
