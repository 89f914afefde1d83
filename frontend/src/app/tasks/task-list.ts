import { Component } from '@angular/core';
@Component({ selector: 'app-task-list', template: '' })
export class TaskList {}
