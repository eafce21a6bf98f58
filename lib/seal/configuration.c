/*
 * EncryptionConfiguration (apiserver.config.k8s.io/v1) into rules, checked as
 * k8s.io/apiserver/pkg/apis/apiserver/validation does. Providers and keys: provider.c.
 */
#include "seal/configuration.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "object/read.h"
#include <openssl/crypto.h>
#include <string.h>

enum { ENTRIES_MAX = 256 };

/* Which earlier rule hides a later one ("secrets" behind "*."), or NULL. */
static const korch__seal_rule *find_mask(const korch__seal_reading *self,
                                         const korch__seal_rule *rule)
{
	for (size_t i = 0; i < self->core->rules.n; i++) {
		const korch__seal_rule *other = self->core->rules.items[i];
		if (other != rule && other->keys.n > 0 && strcmp(other->resource, "*") == 0 &&
		    (strcmp(other->group, rule->group) == 0 || strcmp(other->group, "*") == 0))
			return other;
	}
	return NULL;
}

static int read_resource(const korch__seal_reading *self, const korch__spot *spot,
                         const korch__kek_list *keks)
{
	korch__seal_rule *rule = NULL;
	const char *text = "";
	int code = korch__config_text(&text, &self->config, spot);
	if (code < 0)
		return code;
	const char *fault = korch__seal_pattern_fault(text);
	if (fault)
		return korch__config_fail(&self->config, spot, KORCH_E_INVALID,
		                          "Invalid value: \"%.80s\": %s", text, fault);
	code = korch__seal_core_rule(&rule, self->core, text);
	if (code < 0)
		return korch__seal_fail_add(self, spot, code);
	const korch__seal_rule *mask = find_mask(self, rule);
	if (mask)
		return korch__config_fail(&self->config, spot, KORCH_E_INVALID,
		                          "resource \"%.80s\" is masked by an earlier rule \"%s.%s\"", text,
		                          mask->resource, mask->group);
	for (size_t i = 0; i < keks->n; i++)
		if (korch__vec_push(&rule->keys, keks->items[i]) < 0)
			return korch__config_nomem(&self->config);
	return 0;
}

/* Twice the same, or one that covers another, in one list. */
static int check_overlap(const korch__seal_reading *self, const korch__spot *spot, size_t i)
{
	korch__spot item = korch__spot_item(spot, i);
	const char *text = "", *other = "";
	int code = korch__config_text(&text, &self->config, &item);
	for (size_t j = 0; code == 0 && j < i; j++) {
		korch__spot before = korch__spot_item(spot, j);
		code = korch__config_text(&other, &self->config, &before);
		const char *dot = strchr(text, '.'), *other_dot = strchr(other, '.');
		int is_star = *text == '*' || *other == '*';
		if (strcmp(text, other) == 0)
			code = korch__config_fail(
			    &self->config, &item, KORCH_E_INVALID,
			    "Invalid value: \"%.80s\": the same resource cannot be specified "
			    "multiple times",
			    text);
		else if (strcmp(text, "*.*") == 0 || strcmp(other, "*.*") == 0 ||
		         (is_star && strcmp(dot ? dot + 1 : "", other_dot ? other_dot + 1 : "") == 0))
			code = korch__config_fail(
			    &self->config, &item, KORCH_E_INVALID,
			    "Invalid value: \"%.80s\": overlaps \"%.80s\" in the same list", text, other);
	}
	return code;
}

static int read_resources(const korch__seal_reading *self, const korch__spot *entry,
                          const korch__kek_list *keks)
{
	korch__spot spot = korch__spot_field(entry, "resources");
	int64_t n = korch__config_count(&self->config, &spot, KORCH_SEAL_RESOURCES_MAX - 1);
	if (n == 0)
		return korch__config_fail(&self->config, &spot, KORCH_E_INVALID,
		                          "Required value: at least one resource is required");
	for (int64_t i = 0; i < n; i++) {
		korch__spot resource = korch__spot_item(&spot, (size_t)i);
		int code = check_overlap(self, &spot, (size_t)i);
		if (code == 0)
			code = read_resource(self, &resource, keks);
		if (code < 0)
			return code;
	}
	return n < 0 ? (int)n : 0;
}

static int read_entry(const korch__seal_reading *self, const korch__spot *entry)
{
	static const char *const FIELDS[] = {"resources", "providers", NULL};
	korch__kek_list keks = {0};
	int code = korch__config_fields(&self->config, entry, FIELDS);
	if (code == 0)
		code = korch__seal_read_providers(self, entry, &keks);
	if (code == 0)
		code = read_resources(self, entry, &keks);
	korch__vec_fini(&keks);
	return code;
}

/* EncryptionConfig of v1 is the same under its name before Kubernetes 1.13. */
static int check_type(const korch__seal_reading *self, const korch__spot *root)
{
	static const char *const KINDS[] = {"EncryptionConfiguration", "EncryptionConfig", NULL};
	static const char *const VERSIONS[] = {"apiserver.config.k8s.io/v1", "v1", NULL};
	const char *kind = "", *version = "";
	korch__spot kind_spot = korch__spot_field(root, "kind");
	korch__spot version_spot = korch__spot_field(root, "apiVersion");
	if (!json_object_is_type(root->node, json_type_object))
		return korch__config_fail(&self->config, root, KORCH_E_INVALID,
		                          "must be an EncryptionConfiguration");
	int code = korch__config_text(&version, &self->config, &version_spot);
	if (code == 0)
		code = korch__config_text(&kind, &self->config, &kind_spot);
	int i = code < 0 ? code : korch__config_choice(&self->config, &kind_spot, kind, KINDS);
	if (i < 0)
		return i;
	const char *const wanted[] = {VERSIONS[i], NULL};
	code = korch__config_choice(&self->config, &version_spot, version, wanted);
	return code < 0 ? code : 0;
}

static int read_root(korch__seal_reading *self, const korch__spot *root)
{
	static const char *const FIELDS[] = {"apiVersion", "kind", "resources", NULL};
	korch__seal_kek *identity = NULL;
	int code = check_type(self, root);
	if (code == 0)
		code = korch__config_fields(&self->config, root, FIELDS);
	if (code < 0)
		return code;
	korch__spot spot = korch__spot_field(root, "resources");
	int64_t n = korch__config_count(&self->config, &spot, ENTRIES_MAX);
	if (n == 0)
		return korch__config_fail(&self->config, &spot, KORCH_E_INVALID,
		                          "Required value: at least one resources is required");
	for (int64_t i = 0; i < n; i++) {
		korch__spot entry = korch__spot_item(&spot, (size_t)i);
		code = read_entry(self, &entry);
		if (code < 0)
			return code;
	}
	if (n < 0)
		return (int)n;
	/* Resources without an entry are plain, and sealed ones among them are an error. */
	code = korch__seal_core_add_kek(&identity, self->core, KORCH__SEAL_IDENTITY, "");
	if (code == 0)
		code = korch__seal_core_rule(&self->core->other, self->core, "");
	if (code == 0)
		code = korch__vec_push(&self->core->other->keys, (const korch__seal_kek *)identity);
	return code < 0 ? korch__seal_fail_add(self, root, code) : 0;
}

/* Secrets in a shape that the mask does not know reach the tree: gone with this document. */
static void cleanse_tree(struct json_object *node)
{
	if (json_object_is_type(node, json_type_string))
		OPENSSL_cleanse((void *)(uintptr_t)json_object_get_string(node),
		                (size_t)json_object_get_string_len(node));
	if (json_object_is_type(node, json_type_object)) {
		json_object_object_foreach(node, key, value)
		{
			(void)key;
			cleanse_tree(value);
		}
	}
	if (json_object_is_type(node, json_type_array))
		for (size_t i = 0; i < json_object_array_length(node); i++)
			cleanse_tree(json_object_array_get_idx(node, i));
}

static int on_document(void *userdata, struct json_object *tree, int line)
{
	korch__seal_reading *self = userdata;
	korch__spot root = {tree, KORCH__PATH_FIELD(NULL, ""), line};
	if (!tree)
		return 0;
	int code = self->n_documents++ > 0
	               ? korch__config_fail(&self->config, &root, KORCH_E_INVALID,
	                                    "a second document; one EncryptionConfiguration is read")
	               : read_root(self, &root);
	cleanse_tree(tree);
	return code;
}

static int read_masked(korch__seal_reading *self, const char *file, korch_error **error)
{
	korch_error *malformed = NULL; /* of the text, not of what it says */
	const korch__read read = {.file = file,
	                          .limits = {.max_bytes = 2 * KORCH_SEAL_CONFIGURATION_MAX,
	                                     .max_nodes = 100000,
	                                     .max_alias_nodes = 10000,
	                                     .max_depth = 64},
	                          .document = on_document,
	                          .userdata = self};
	const char *text = korch__text_or_empty(self->mask.text.data);
	int code = korch__text_read(&read, text, self->mask.text.len, &malformed);
	if (!*error)
		*error = KORCH_STEAL(malformed);
	korch_error_free(malformed);
	if (code == 0 && self->n_documents == 0) {
		code = korch_error_set(error, KORCH_E_INVALID, "holds no EncryptionConfiguration");
		korch_error_set_location(error, file, 1);
	}
	return code;
}

static int fail_text(korch_error **err, int code, const char *file, const char *message)
{
	korch_error_set(err, code, "%s", message);
	korch_error_set_location(err, file, 0);
	return code;
}

static int read_text(korch_sealer **out, korch__span text, const char *file, korch_error **err)
{
	_cleanup_core_ korch__seal_core *core = NULL;
	korch_error *error = NULL;
	if (text.length > KORCH_SEAL_CONFIGURATION_MAX)
		return fail_text(err, KORCH_E_LIMIT, file, "is longer than 1 MiB");
	if (korch__seal_core_new(&core) < 0)
		return fail_text(err, KORCH_E_NOMEM, NULL, korch_code_text(KORCH_E_NOMEM));
	korch__seal_reading self = {.core = core, .config = {file, &error, 1}};
	int code = korch__mask_init(&self.mask, text);
	if (code < 0)
		return fail_text(err, code, file,
		                 code == KORCH_E_INVALID ? "\"korch:key:\" cannot stand in it"
		                                         : korch_code_text(code));
	code = read_masked(&self, file, &error);
	korch__mask_fini(&self.mask);
	if (code == 0 && (code = korch__sealer_wrap(out, KORCH_STEAL(core))) < 0)
		korch_error_set(&error, code, "%s", korch_code_text(code));
	if (err)
		*err = error;
	else
		korch_error_free(error);
	return code;
}

int korch_sealer_read(korch_sealer **out, const char *text, size_t length, const char *file,
                      korch_error **err)
{
	if (!out || (!text && length))
		return korch_error_set(err, KORCH_E_INVALID, "no output or no text");
	return read_text(out, KORCH__SPAN(text ? text : "", length), file, err);
}

int korch_sealer_read_file(korch_sealer **out, const char *path, korch_error **err)
{
	_cleanup_vault_ korch__vault text = {0};
	if (!out || !path)
		return korch_error_set(err, KORCH_E_INVALID, "no output or no path");
	int code = korch__secret_file(&text, path, KORCH_SEAL_CONFIGURATION_MAX, err);
	return code < 0 ? code : read_text(out, KORCH__SPAN(text.data, text.size), path, err);
}
