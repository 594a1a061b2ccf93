/** One rule matters most: only frontend/map/ may know the map library. */
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["node_modules/", "build.mjs", "build/", "eslint.config.mjs"] },
  ...tseslint.configs.recommended,
  {
    files: ["**/*.ts"],
    rules: {
      "no-restricted-imports": ["error", { patterns: [{ group: ["ol", "ol/*", "proj4"], message: "Only frontend/map/ knows the map library." }] }],
      "no-restricted-syntax": ["error", { selector: "AssignmentExpression[left.property.name='innerHTML']", message: "Build elements; never parse strings as HTML." }],
      eqeqeq: "error",
      "max-lines": ["error", 400],
    },
  },
  { files: ["map/**/*.ts"], rules: { "no-restricted-imports": "off" } },
);
