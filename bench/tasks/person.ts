import type { Locator, Page } from 'playwright-core';

/** Somebody at the dashboard, whose clicks and keys are counted. A choice in a list is one click. */
export class Person {
  clicks = 0;
  keys = 0;
  /** For steps that cost a person nothing. */
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  async click(target: Locator): Promise<void> {
    this.clicks++;
    await target.click();
  }

  async choose(list: Locator, value: string): Promise<void> {
    this.clicks++;
    await list.selectOption(value);
  }

  async type(field: Locator, text: string): Promise<void> {
    this.clicks++;
    this.keys += text.length;
    await field.fill(text);
  }

  async enter(): Promise<void> {
    this.keys++;
    await this.page.keyboard.press('Enter');
  }

  /** Waits until the answer is on the page: the end of a task. */
  async see(text: string | RegExp): Promise<void> {
    await this.page.getByText(text).filter({ visible: true }).first().waitFor();
  }

  link(name: string | RegExp): Locator {
    return this.page.getByRole('link', { name }).filter({ visible: true }).first();
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name }).filter({ visible: true }).first();
  }
}
